import type { HeaderList } from "../../../base/header-list.ts";
import { isObject } from "../../../base/json.ts";
import type { UpstreamError } from "../../../canonical/index.ts";
import { overflowTokens } from "../shared/context-overflow.ts";
import { remedyIn } from "../shared/remedy.ts";
import { durationMs, waitInHeaders, waitInText } from "../shared/retry-after.ts";
import { errorKind } from "./error-kind.ts";
import { readWords } from "./error-words.ts";
import { jsonOf } from "./json-text.ts";

/** Upstreams quote whole requests in their errors; more of one helps nobody. */
const MAX_MESSAGE_CHARACTERS = 1_000;

/** An answer with an error's status; `body` may be anything. */
export function readError(status: number, headers: HeaderList, body: Buffer): UpstreamError {
  return toError(status, headers, jsonOf(body) ?? plainText(body));
}

/** The error that a successful answer, a chunk or a choice holds; undefined where it holds none. */
export function errorIn(value: unknown): UpstreamError | undefined {
  if (Array.isArray(value)) return errorIn(value[0]);
  if (!isObject(value)) return undefined;
  const { error } = value;
  const isError =
    isObject(error) || (typeof error === "string" && error !== "") || value["object"] === "error";
  return isError ? errorOf(value) : undefined;
}

/** An error without an HTTP status of its own. */
export function errorOf(value: unknown): UpstreamError {
  return toError(undefined, [], value);
}

function toError(
  httpStatus: number | undefined,
  headers: HeaderList,
  value: unknown,
): UpstreamError {
  const words = readWords(value);
  const status = httpStatus ?? words.status;
  const retryAfterMs =
    waitInHeaders(headers) ?? durationMs(words.retryDelay) ?? waitInText(words.message);
  const kind = errorKind(status, { ...words, retryAfterMs });
  const remedy = kind === "invalid_request" ? remedyIn(words.message, words) : undefined;
  return {
    kind,
    message: bounded(words.message, status),
    status,
    retryAfterMs,
    tokens: kind === "context_overflow" ? overflowTokens(words.message) : undefined,
    ...(remedy === undefined ? {} : { remedy }),
  };
}

function bounded(message: string, status: number | undefined): string {
  if (message.trim() !== "") return message.slice(0, MAX_MESSAGE_CHARACTERS);
  return status === undefined
    ? "The upstream told of an error without words"
    : `The upstream answered with status ${status}`;
}

/** Pages of proxies in between say nothing that a client could use. */
function plainText(body: Buffer): string {
  const text = body.toString("utf8", 0, 4 * MAX_MESSAGE_CHARACTERS).trim();
  return text.startsWith("<") ? "" : text;
}
