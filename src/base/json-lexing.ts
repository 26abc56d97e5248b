/** What a top-level member's value is; a container's own content is not looked at. */
export type JsonType = "string" | "number" | "object" | "array" | "true" | "false" | "null";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Up to here a loop beats the call into indexOf. */
const SHORT_STRING = 24;

/** The first character at or after `from` that is no JSON whitespace. */
export function skipWhitespace(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
    at += 1;
  }
}

/** Past the first quote at or after `from` that is not escaped; -1 when there is none. `from` is never behind a backslash. */
export function closingQuote(text: string, from: number): number {
  let at = from;
  const shortEnd = Math.min(text.length, from + SHORT_STRING);
  while (at < shortEnd) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    at += code === BACKSLASH ? 2 : 1;
  }
  let quote = text.indexOf('"', at);
  while (quote !== -1) {
    let backslashes = 0;
    while (
      quote - 1 - backslashes >= at &&
      text.charCodeAt(quote - 1 - backslashes) === BACKSLASH
    ) {
      backslashes += 1;
    }
    if (backslashes % 2 === 0) return quote + 1;
    quote = text.indexOf('"', quote + 1);
  }
  return -1;
}

export function trailingBackslashes(text: string, from: number): number {
  let count = 0;
  while (
    text.length - 1 - count >= from &&
    text.charCodeAt(text.length - 1 - count) === BACKSLASH
  ) {
    count += 1;
  }
  return count;
}

export function typeAt(text: string, at: number): JsonType {
  switch (text.charAt(at)) {
    case '"':
      return "string";
    case "{":
      return "object";
    case "[":
      return "array";
    case "t":
      return "true";
    case "f":
      return "false";
    case "n":
      return "null";
    default:
      return "number";
  }
}

/** A name's latin1 text with its escapes and its UTF-8 resolved; undefined when it is no JSON string. */
export function decodeName(raw: string): string | undefined {
  if (!/[\u0000-\u001f\\\u0080-\u00ff]/.test(raw)) return raw;
  try {
    const name: unknown = JSON.parse(Buffer.from(`"${raw}"`, "latin1").toString("utf8"));
    return typeof name === "string" ? name : undefined;
  } catch {
    return undefined;
  }
}
