import { parseJson } from "../../../base/json.ts";

/** Answers are held whole; more than this is no answer. */
const MAX_JSON_BYTES = 32 * 2 ** 20;

/** Undefined where the text is not JSON. */
export function jsonOf(text: string | Buffer): unknown {
  const parsed = parseJson(text, { maxBytes: MAX_JSON_BYTES });
  return parsed.ok ? parsed.value : undefined;
}
