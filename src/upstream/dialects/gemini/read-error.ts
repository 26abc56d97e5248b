import type { HeaderList } from "../../../base/header-list.ts";
import { isObject, parseJson } from "../../../base/json.ts";
import type { JsonObject, UpstreamError } from "../../../canonical/index.ts";
import { waitInHeaders } from "../shared/retry-after.ts";
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
  return { ...read, retryAfterMs: read.retryAfterMs ?? waitInHeaders(headers) };
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
