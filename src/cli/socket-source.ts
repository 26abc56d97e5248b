import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { isObject, parseJson } from "../base/json.ts";
import { fail, ok, type Result } from "../base/result.ts";
import { type CliFailure, cliFailure } from "./deps.ts";
import { isEventsView, isExchangeView, isServerStatus, isUsageView } from "./shapes.ts";
import type { Source } from "./source.ts";

const ANSWER_WITHIN_MS = 10_000;
const MAX_ANSWER_BYTES = 64 * 2 ** 20;

/** Speaks to a running server over its control socket; undefined when nobody listens there. */
export async function openSocketSource(
  socketPath: string,
): Promise<Result<Source | undefined, CliFailure>> {
  const status = await get(socketPath, "/control/status");
  if (!status.ok) return status;
  if (status.value === undefined) return ok(undefined);
  const server = read(status.value, isServerStatus);
  if (!server.ok) return server;
  const ask = async <T>(
    path: string,
    isShape: (value: unknown) => value is T,
  ): Promise<Result<T, CliFailure>> => {
    const answer = await get(socketPath, path);
    if (!answer.ok) return answer;
    return answer.value === undefined ? fail(GONE) : read(answer.value, isShape);
  };
  return ok({
    server: server.value,
    usage: async ({ from, to, by }) =>
      await ask(`/me/usage?${query({ from: isoTime(from), to: isoTime(to), by })}`, isUsageView),
    events: async ({ before, after, limit }) =>
      await ask(
        `/me/activity/events?${query({ before, after, limit: limit?.toString() })}`,
        isEventsView,
      ),
    exchange: async (id) => {
      const answer = await get(socketPath, `/control/exchanges/${encodeURIComponent(id)}`);
      if (!answer.ok) return answer;
      if (answer.value === undefined) return fail(GONE);
      return answer.value.status === 404 ? ok(undefined) : read(answer.value, isExchangeView);
    },
    quota: async () => await ask("/me/quota", isObject),
    [Symbol.asyncDispose]: async () => {},
  });
}

const GONE = cliFailure(1, "The server ended just now. Run the command again.");

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Undefined when nobody listens at the socket. */
async function get(
  socketPath: string,
  path: string,
): Promise<Result<Answer | undefined, CliFailure>> {
  try {
    const call = request({
      socketPath,
      path,
      headers: { host: "localhost", accept: "application/json" },
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      agent: false,
    });
    call.end();
    const response = await firstResponse(call);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(Buffer.from(chunk));
    const parsed = parseJson(Buffer.concat(chunks), { maxBytes: MAX_ANSWER_BYTES });
    return ok({
      status: response.statusCode ?? 0,
      body: parsed.ok ? parsed.value : undefined,
    });
  } catch (error) {
    return failureOf(error);
  }
}

async function firstResponse(call: NodeJS.EventEmitter): Promise<IncomingMessage> {
  const [response]: IncomingMessage[] = await once(call, "response");
  if (response === undefined) throw new Error("a response event without a response");
  return response;
}

/** Nobody listens: the server never was there, or died without clearing up. */
const NOBODY: ReadonlySet<string> = new Set(["ENOENT", "ECONNREFUSED", "ENOTSOCK"]);

function failureOf(error: unknown): Result<undefined, CliFailure> {
  const found = error instanceof Error && "code" in error ? error.code : undefined;
  const code = typeof found === "string" ? found : "unknown error";
  if (NOBODY.has(code)) return ok(undefined);
  if (code === "EACCES" || code === "EPERM") {
    return fail(
      cliFailure(1, "The server of this data directory runs as another user. Ask as that user."),
    );
  }
  if (code === "ABORT_ERR") {
    const seconds = ANSWER_WITHIN_MS / 1_000;
    return fail(
      cliFailure(
        1,
        `The server is there but did not answer within ${seconds} s. Its log says why; "spillway status" shows its process id.`,
      ),
    );
  }
  return fail(cliFailure(1, `The server broke the connection off (${code}).`));
}

function read<T>(answer: Answer, isShape: (value: unknown) => value is T): Result<T, CliFailure> {
  if (answer.status === 200 && isShape(answer.body)) return ok(answer.body);
  const said = isObject(answer.body) ? answer.body["error"] : undefined;
  const message = isObject(said) && typeof said["message"] === "string" ? said["message"] : "";
  if (answer.status === 200) {
    return fail(
      cliFailure(
        1,
        "The server's answer has another shape than this command line knows: it runs another version. Restart the server.",
      ),
    );
  }
  return fail(cliFailure(1, `The server answered ${answer.status}. ${message}`.trimEnd()));
}

function query(values: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(values).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return new URLSearchParams(given).toString();
}

function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
