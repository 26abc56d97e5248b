/** One recorded exchange: what a client put on the wire and what it was answered. */
export interface Exchange {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly target: string;
    /** Names and values in turn, in wire order. */
    readonly headers: readonly string[];
    readonly body: Buffer;
  };
  readonly response: {
    /** Undefined: the connection broke before a response head. */
    readonly status: number | undefined;
    /** Undefined: not recorded, so not compared. */
    readonly reason?: string | undefined;
    readonly headers: readonly string[];
    /** As on the wire but for its transfer coding. */
    readonly body: Buffer;
    /** The connection was reset where the body stops. */
    readonly reset: boolean;
  };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Follows keys through objects; undefined where one is missing. */
export function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((found, key) => (isRecord(found) ? found[key] : undefined), value);
}

export function textAt(value: unknown, ...keys: readonly string[]): string | undefined {
  const found = at(value, ...keys);
  return typeof found === "string" ? found : undefined;
}

/** The first value of a header in a list of names and values in turn. */
export function headerOf(headers: readonly string[], name: string): string | undefined {
  const index = headers.findIndex((field, i) => i % 2 === 0 && field.toLowerCase() === name);
  return index < 0 ? undefined : headers[index + 1];
}
