import { isObject } from "../../../base/json.ts";

/** Where a delta's text is, by the delta's type; the other types carry no generated text. */
const TEXT_KEYS: Readonly<Record<string, string>> = {
  text_delta: "text",
  input_json_delta: "partial_json",
  thinking_delta: "thinking",
  compaction_delta: "content",
};

const DELTA_START = '"delta":{"type":"';
/** What follows a delta's opening in the provider's own layout, the most frequent first. */
const TEXT_STARTS = Object.entries(TEXT_KEYS).map(([type, key]) => `${type}","${key}":"`);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;

/**
 * UTF-8 bytes of generated text in a `content_block_delta` event, without parsing its JSON.
 *
 * The event stands in latin1 `text`, one character a byte, from `from` to `end`. Undefined when the JSON is laid out in
 * another way than the provider's.
 */
export function countDeltaText(text: string, from = 0, end = text.length): number | undefined {
  const delta = text.indexOf(DELTA_START, from);
  if (delta < 0 || delta >= end) return undefined;
  const typeStart = delta + DELTA_START.length;
  for (const start of TEXT_STARTS) {
    if (text.startsWith(start, typeStart)) {
      return countStringBytes(text, typeStart + start.length, end);
    }
  }
  const type = text.slice(typeStart, text.indexOf('"', typeStart));
  return type in TEXT_KEYS ? undefined : 0;
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
function countStringBytes(text: string, from: number, end: number): number | undefined {
  let bytes = 0;
  let at = from;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return bytes;
    if (code !== BACKSLASH) {
      bytes += 1;
      at += 1;
    } else if (text.charCodeAt(at + 1) === LETTER_U) {
      bytes += escapedBytes(text.slice(at + 2, at + 6));
      at += 6;
    } else {
      bytes += 1;
      at += 2;
    }
  }
  return undefined;
}

/** UTF-8 bytes of a `\uXXXX`; half of a surrogate pair counts two of the pair's four. */
function escapedBytes(hex: string): number {
  const unit = Number.parseInt(hex, 16);
  if (unit < 0x80) return 1;
  return unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3;
}
