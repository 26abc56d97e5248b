import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { parseJson } from "../base/json.ts";
import { fail, ok, type Result } from "../base/result.ts";
import type { Control, ControlAnswer, ControlRequest } from "./control.ts";
import { type CliFailure, cliFailure } from "./deps.ts";

const ANSWER_WITHIN_MS = 10_000;
const MAX_ANSWER_BYTES = 64 * 2 ** 20;

/** A server that answered, with what it said of itself. */
export interface ControlSocket {
  readonly control: Control;
  readonly status: ControlAnswer;
}

/** Speaks to a running server over its control socket; undefined when nobody listens there. */
export async function openControlSocket(
  socketPath: string,
): Promise<Result<ControlSocket | undefined, CliFailure>> {
  const status = await send(socketPath, { method: "GET", path: "/control/status" });
  if (!status.ok) return status;
  if (status.value === undefined) return ok(undefined);
  const control: Control = {
    send: async (asked) => {
      const answer = await send(socketPath, asked);
      if (!answer.ok) return answer;
      return answer.value === undefined ? fail(GONE) : ok(answer.value);
    },
    [Symbol.asyncDispose]: async () => {},
  };
  return ok({ control, status: status.value });
}

const GONE = cliFailure(1, "The server ended just now. Run the command again.");

/** Undefined when nobody listens at the socket. */
async function send(
  socketPath: string,
  { method, path, body, withinMs = ANSWER_WITHIN_MS }: ControlRequest,
): Promise<Result<ControlAnswer | undefined, CliFailure>> {
  try {
    const sent = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const call = request({
      socketPath,
      method,
      path,
      headers: {
        host: "localhost",
        accept: "application/json",
        ...(sent === undefined
          ? {}
          : { "content-type": "application/json", "content-length": sent.length }),
      },
      signal: AbortSignal.timeout(withinMs),
      agent: false,
    });
    call.end(sent);
    const response = await firstResponse(call);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(Buffer.from(chunk));
    const parsed = parseJson(Buffer.concat(chunks), { maxBytes: MAX_ANSWER_BYTES });
    return ok({
      status: response.statusCode ?? 0,
      body: parsed.ok ? parsed.value : undefined,
    });
  } catch (error) {
    return failureOf(error, withinMs);
  }
}

async function firstResponse(call: NodeJS.EventEmitter): Promise<IncomingMessage> {
  const [response]: IncomingMessage[] = await once(call, "response");
  if (response === undefined) throw new Error("a response event without a response");
  return response;
}

/** Nobody listens: the server never was there, or died without clearing up. */
const NOBODY: ReadonlySet<string> = new Set(["ENOENT", "ECONNREFUSED", "ENOTSOCK"]);

function failureOf(error: unknown, withinMs: number): Result<undefined, CliFailure> {
  const found = error instanceof Error && "code" in error ? error.code : undefined;
  const code = typeof found === "string" ? found : "unknown error";
  if (NOBODY.has(code)) return ok(undefined);
  if (code === "EACCES" || code === "EPERM") {
    return fail(
      cliFailure(1, "The server of this data directory runs as another user. Ask as that user."),
    );
  }
  if (code === "ABORT_ERR") {
    const seconds = withinMs / 1_000;
    return fail(
      cliFailure(
        1,
        `The server is there but did not answer within ${seconds} s. Its log says why; "spillway status" shows its process id.`,
      ),
    );
  }
  return fail(cliFailure(1, `The server broke the connection off (${code}).`));
}
