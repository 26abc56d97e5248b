import { isObject, parseJson } from "../base/json.ts";
import type { JsonObject } from "./blocks.ts";

/** An integer of this length may be over 2^53, from where on a double loses digits. */
const LONG_INTEGER = /(?<![.\d])-?\d{16,}(?![.\d])/;
const WHOLE_LONG_INTEGER = /^-?\d{16,}$/;

/**
 * Parses JSON text so that `JSON.stringify` gives every integer back with the digits it came with.
 *
 * An integer that a double cannot hold becomes an object that only `JSON.stringify` understands. Undefined: not JSON, too
 * large, or nested too deep.
 */
export function parseExact(text: string, limits: { readonly maxBytes: number }): unknown {
  const plain = parseJson(text, limits);
  if (!plain.ok) return undefined;
  if (!LONG_INTEGER.test(text)) return plain.value;
  try {
    return JSON.parse(text, (key, value, { source }) => {
      if (key === "__proto__" || (key === "constructor" && hasPrototype(value))) return undefined;
      const isCut =
        typeof value === "number" && source !== undefined && WHOLE_LONG_INTEGER.test(source);
      return isCut && String(value) !== source ? JSON.rawJSON(source) : value;
    });
  } catch {
    // Only a stack overflow on absurdly deep input gets here.
    return undefined;
  }
}

/** What `parseJson` leaves out, too. */
function hasPrototype(value: unknown): boolean {
  return isObject(value) && Object.hasOwn(value, "prototype");
}

/** The object that a tool's input is; undefined when the text is something else. No text at all is an empty object. */
export function parseToolInput(input: string): JsonObject | undefined {
  if (input.trim() === "") return {};
  const parsed = parseExact(input, { maxBytes: Number.POSITIVE_INFINITY });
  return isObject(parsed) ? parsed : undefined;
}

/** JSON text of a value; undefined when it is nested too deep to be written. */
export function jsonText(value: JsonObject): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
