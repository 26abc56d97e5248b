import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { isObject, parseJson } from "../../base/json.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import type { OwnerFlags } from "../command-parts.ts";
import { type CliDeps, type CliFailure, cliFailure, EXIT } from "../deps.ts";
import { askControl } from "../open-control.ts";
import { queryOf } from "../query.ts";
import { screenOf } from "../text.ts";
import { isExplained } from "./shapes.ts";
import { tellRoute } from "./tell.ts";

export interface ExplainFlags extends OwnerFlags {
  readonly request: string;
  readonly header: readonly string[];
  readonly key?: string;
  readonly brings: string;
  readonly path?: string;
  readonly asOf?: string;
}

const MAX_BODY_BYTES = 32 * 2 ** 20;
const WITHIN_MS = 30_000;
const BRINGS: Readonly<Record<string, string>> = {
  session: "subscription",
  key: "api_key",
  none: "none",
};

/** `spillway route explain`: asks the server, or this configuration, what would become of a request. */
export async function explainRoute(
  deps: CliDeps,
  flags: ExplainFlags,
): Promise<Result<undefined, CliFailure>> {
  const asked = await toAsked(deps, flags);
  if (!asked.ok) return asked;
  const { organisation } = flags;
  const request = {
    method: "POST",
    path: `/control/route/explain${queryOf({ organisation })}`,
    body: asked.value,
    withinMs: WITHIN_MS,
  } as const;
  const explained = await askControl(deps, flags, request, isExplained);
  if (!explained.ok) return explained;
  const screen = screenOf(deps);
  if (flags.json === true) screen.json(explained.value);
  else tellRoute(screen, explained.value);
  return ok(undefined);
}

async function toAsked(deps: CliDeps, flags: ExplainFlags): Promise<Result<object, CliFailure>> {
  const brings = BRINGS[flags.brings];
  if (brings === undefined) return wrong("--brings takes session, key or none.");
  const headers = flags.header.map(readField);
  if (headers.includes(undefined)) return wrong("--header takes a field such as 'x-team: core'.");
  const at = flags.asOf === undefined ? undefined : Date.parse(flags.asOf);
  if (Number.isNaN(at)) return wrong("--as-of takes a time such as 2026-11-27T23:00.");
  const body = await readBody(deps, flags.request);
  if (!body.ok) return body;
  const path = flags.path ?? pathOf(body.value.members);
  const fields = headers.flatMap((field) => field ?? []);
  return ok({ path, headers: fields, body: body.value.text, key: flags.key, brings, at });
}

function readField(field: string): readonly string[] | undefined {
  const [, name, value = ""] = /^([\w!#$%&'*+.^`|~-]+):[ \t]*(.*)$/.exec(field) ?? [];
  return name === undefined ? undefined : [name, value];
}

async function readBody(deps: CliDeps, file: string) {
  let text: string;
  try {
    text =
      file === "-" ? await readAll(deps.stdin()) : await readFile(resolve(deps.cwd, file), "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    return fail(cliFailure(EXIT.failure, `The request cannot be read: ${file} (${code}).`));
  }
  const parsed = parseJson(text, { maxBytes: MAX_BODY_BYTES });
  return parsed.ok && isObject(parsed.value)
    ? ok({ text, members: parsed.value })
    : wrong("The request has to be a JSON object of at most 32 MB: the body that a client sends.");
}

/** The dialects are told apart by what carries the conversation. */
function pathOf(body: Readonly<Record<string, unknown>>): string {
  if ("contents" in body) {
    const { model = "unknown" } = body;
    return `/v1beta/models/${encodeURIComponent(String(model))}:generateContent`;
  }
  if ("input" in body) return "/v1/responses";
  return isChat(body) ? "/v1/chat/completions" : "/v1/messages";
}

/** The instructions are a message there, and an answer's length has another name. */
function isChat({ messages, system, max_tokens, ...body }: Readonly<Record<string, unknown>>) {
  const [first]: unknown[] = Array.isArray(messages) ? messages : [];
  const begins = isObject(first) && (first["role"] === "system" || first["role"] === "developer");
  return (
    system === undefined && (begins || "max_completion_tokens" in body || max_tokens === undefined)
  );
}

function wrong(message: string): Result<never, CliFailure> {
  return fail(cliFailure(EXIT.usage, message));
}
