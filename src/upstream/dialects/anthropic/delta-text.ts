import { isObject } from "../../../base/json.ts";

/** Where a delta's text is, by the delta's type; the other types carry no generated text. */
const TEXT_KEYS: Readonly<Record<string, string>> = {
  text_delta: "text",
  input_json_delta: "partial_json",
  thinking_delta: "thinking",
  compaction_delta: "content",
};

const DELTA_START = '"delta":{"type":"';

/**
 * UTF-8 bytes of generated text in a `content_block_delta` event, without parsing its JSON.
 *
 * `event` is latin1 text, one character a byte. Undefined when the JSON is laid out in another way than the provider's.
 */
export function countDeltaText(event: string): number | undefined {
  const delta = event.indexOf(DELTA_START);
  if (delta < 0) return undefined;
  const typeStart = delta + DELTA_START.length;
  const typeEnd = event.indexOf('"', typeStart);
  const key = TEXT_KEYS[event.slice(typeStart, typeEnd)];
  if (key === undefined) return 0;
  const marker = `","${key}":"`;
  if (!event.startsWith(marker, typeEnd)) return undefined;
  return countStringBytes(event, typeEnd + marker.length);
}

/** The same from a parsed event. */
export function countParsedDeltaText(event: Readonly<Record<string, unknown>>): number {
  const delta = event["delta"];
  if (!isObject(delta)) return 0;
  const key = TEXT_KEYS[String(delta["type"])];
  const text = key === undefined ? undefined : delta[key];
  return typeof text === "string" ? Buffer.byteLength(text) : 0;
}

/** Bytes of the JSON string that begins at `from`, with its escapes resolved; undefined when it does not end. */
function countStringBytes(event: string, from: number): number | undefined {
  let bytes = 0;
  let at = from;
  for (;;) {
    const quote = event.indexOf('"', at);
    if (quote < 0) return undefined;
    let backslash = event.indexOf("\\", at);
    if (backslash < 0 || backslash > quote) return bytes + quote - at;
    while (backslash >= 0 && backslash < quote) {
      const isUnicode = event.charCodeAt(backslash + 1) === 0x75;
      const end = backslash + (isUnicode ? 6 : 2);
      bytes += backslash - at + (isUnicode ? escapedBytes(event.slice(backslash + 2, end)) : 1);
      at = end;
      if (at > quote) break;
      backslash = event.indexOf("\\", at);
    }
  }
}

/** UTF-8 bytes of a `\uXXXX`; half of a surrogate pair counts two of the pair's four. */
function escapedBytes(hex: string): number {
  const unit = Number.parseInt(hex, 16);
  if (unit < 0x80) return 1;
  return unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3;
}
