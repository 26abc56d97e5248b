import type { HeaderList } from "../../../base/header-list.ts";
import { isObject, parseJson } from "../../../base/json.ts";
import type { JsonObject, UpstreamError } from "../../../canonical/index.ts";
import { objectOf, textOf } from "../shared/fields.ts";
import { waitInHeaders } from "../shared/retry-after.ts";
import { classify } from "./classify.ts";

const MAX_BODY_BYTES = 2 ** 20;
/** A page of a proxy is no message; a plain text may be one, up to this length. */
const MAX_PLAIN_TEXT = 1_000;
/** Gateways wrap the error of the one behind them, as text within text. */
const MAX_WRAPPINGS = 4;

/** Reads the answer to a request that was refused or failed. */
export function readError(status: number, headers: HeaderList, body: Buffer): UpstreamError {
  const fallback = `the upstream answered ${status}`;
  const parsed = parseJson(body, { maxBytes: MAX_BODY_BYTES });
  const told = parsed.ok ? unwrap(parsed.value, MAX_WRAPPINGS) : { message: plainText(body) };
  const error = classify({ ...told, status, fallback });
  const retryAfterMs = waitInHeaders(headers) ?? error.retryAfterMs;
  return retryAfterMs === undefined ? error : { ...error, retryAfterMs };
}

interface Told {
  readonly code?: unknown;
  readonly type?: unknown;
  readonly message?: unknown;
  readonly param?: unknown;
}

/** Follows the error through what it is wrapped in; the innermost message wins, and the innermost code that there is. */
export function unwrap(value: unknown, depth: number = MAX_WRAPPINGS): Told {
  if (typeof value === "string") return unwrapText(value, depth);
  if (Array.isArray(value)) return unwrap(value[0], depth);
  if (!isObject(value)) return {};
  const own: Told = {
    code: value["code"],
    type: value["type"] === "error" ? undefined : value["type"],
    message: value["message"] ?? value["detail"],
    param: value["param"],
  };
  if (depth === 0) return own;
  const inner = unwrap(innerOf(value), depth - 1);
  return {
    code: inner.code ?? own.code,
    type: inner.type ?? own.type,
    message: textOf(inner.message) || own.message,
    param: inner.param ?? own.param,
  };
}

function innerOf(value: JsonObject): unknown {
  if (value["error"] !== undefined) return value["error"];
  const raw = objectOf(value["metadata"])["raw"];
  return raw ?? (startsJson(value["message"]) ? value["message"] : undefined);
}

function unwrapText(text: string, depth: number): Told {
  if (depth === 0 || !startsJson(text)) return { message: text };
  const parsed = parseJson(text, { maxBytes: MAX_BODY_BYTES });
  return parsed.ok ? unwrap(parsed.value, depth - 1) : { message: text };
}

function startsJson(value: unknown): boolean {
  return typeof value === "string" && /^\s*[[{]/.test(value);
}

function plainText(body: Buffer): string | undefined {
  const text = body.toString("utf8").trim();
  return text.startsWith("<") || text.length > MAX_PLAIN_TEXT ? undefined : text;
}
