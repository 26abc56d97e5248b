/** An environment variable that Spillway reads. */
export interface EnvironmentVariable {
  readonly name: string;
  /** The field that it sets; undefined for the file's own name. */
  readonly path?: string;
  readonly description: string;
  /** Its text as the field's value; what cannot be read stays text, so that the schema says what is wrong. */
  readonly read?: (text: string) => unknown;
  /** Without this variable it means nothing. */
  readonly onlyWith?: string;
  /** An empty text is a value, and not the same as none. */
  readonly mayBeEmpty?: true;
  /** Fields that it sets besides; what is a default gives way to the file. */
  readonly also?: readonly {
    readonly path: string;
    readonly value: unknown;
    readonly isDefault?: true;
  }[];
}

/** A whole number, or the text as it is. */
export function readInteger(text: string): unknown {
  return /^[0-9]{1,9}$/.test(text) ? Number(text) : text;
}

/** Items between commas. */
export function readList(text: string): readonly string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}
