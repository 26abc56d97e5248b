import { fail, ok, type Result } from "./result.ts";

export interface JsonFailure {
  readonly kind: "too_large" | "invalid";
  /** Holds no text of the input. */
  readonly message: string;
}

/**
 * Only a text with one of these can hold a key that pollutes a prototype: how `"__proto__"` and `"constructor"` end, and what an
 * escaped letter has. Short ones that begin with a letter that few words have are found ten times as fast.
 */
const SUSPECT_TEXT = ['__"', 'uctor"', "u00"];

/**
 * Parses JSON from outside: bounded in size, and without keys that could reach an object's prototype later.
 *
 * `__proto__` keys, and `constructor` keys whose value has a `prototype`, are left out of the result.
 */
export function parseJson(
  text: string | Buffer,
  limits: { readonly maxBytes: number },
): Result<unknown, JsonFailure> {
  if (mayExceed(text, limits.maxBytes)) {
    const sizeBytes = Buffer.byteLength(text);
    if (sizeBytes > limits.maxBytes) {
      return fail({
        kind: "too_large",
        message: `JSON of ${sizeBytes} bytes is over the limit of ${limits.maxBytes}`,
      });
    }
  }
  const source = typeof text === "string" ? text : text.toString("utf8");
  try {
    const isSuspect = SUSPECT_TEXT.some((part) => source.includes(part));
    const value: unknown = isSuspect ? JSON.parse(source, dropUnsafe) : JSON.parse(source);
    return ok(value);
  } catch {
    // Also a stack overflow of the reviver on absurdly deep input. The engine's message quotes the input.
    return fail({ kind: "invalid", message: "not valid JSON" });
  }
}

/** Without counting: no UTF-16 unit takes more than three bytes. */
function mayExceed(text: string | Buffer, maxBytes: number): boolean {
  return text.length * (typeof text === "string" ? 3 : 1) > maxBytes;
}

function dropUnsafe(key: string, value: unknown): unknown {
  if (key === "__proto__") return undefined;
  if (key === "constructor" && isObject(value) && Object.hasOwn(value, "prototype")) {
    return undefined;
  }
  return value;
}

/** True for a JSON object: not null, not an array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
