import { firstValue, type HeaderList } from "../../../base/header-list.ts";
import { isObject, parseJson } from "../../../base/json.ts";
import type { JsonObject, UpstreamError } from "../../../canonical/index.ts";
import { classify } from "./classify-error.ts";

const MAX_BODY_BYTES = 2 ** 20;
const MAX_MESSAGE = 500;

/**
 * Reads the answer to a request that failed. Its JSON is looked for whatever the content type says: plain, in an array,
 * or as a server-sent event.
 */
export function readError(status: number, headers: HeaderList, body: Buffer): UpstreamError {
  const text = body.toString("utf8", 0, MAX_BODY_BYTES).trim();
  const error = errorIn(text) ?? { message: isPlain(text) ? text.slice(0, MAX_MESSAGE) : "" };
  const read = classify(status, error);
  return { ...read, retryAfterMs: read.retryAfterMs ?? retryAfter(headers) };
}

function errorIn(text: string): JsonObject | undefined {
  const data = /^(?:event:[^\n]*\n)?data:/.test(text)
    ? text.replace(/^event:[^\n]*\n/, "").replace(/^data:/gm, "")
    : text;
  const parsed = parseJson(data, { maxBytes: MAX_BODY_BYTES });
  if (!parsed.ok) return undefined;
  const bodies: readonly unknown[] = Array.isArray(parsed.value) ? parsed.value : [parsed.value];
  return bodies
    .filter(isObject)
    .map((each) => each["error"])
    .find(isObject);
}

/** A page for a browser, or JSON of another shape, says nothing to a user. */
function isPlain(text: string): boolean {
  return !/^[<{["]/.test(text);
}

/** A date is left out: there is no clock here. */
function retryAfter(headers: HeaderList): number | undefined {
  const ms = /^\d{1,9}$/.exec(firstValue(headers, "retry-after-ms") ?? "")?.[0];
  if (ms !== undefined) return Number(ms);
  const seconds = /^\d{1,9}(?:\.\d{1,3})?$/.exec(firstValue(headers, "retry-after") ?? "")?.[0];
  return seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1_000);
}
