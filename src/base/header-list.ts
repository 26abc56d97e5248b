/**
 * Header fields as they were on the wire: name, value, name, value … with case, order and repetition kept.
 * Values are latin1 text, one character a byte.
 */
export type HeaderList = readonly string[];

/** The first value of a field, or undefined. `name` is in lower case. */
export function firstValue(headers: HeaderList, name: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) {
    if (isNamed(headers[i] ?? "", name)) return headers[i + 1];
  }
  return undefined;
}

/** All values of a field, in order. `name` is in lower case. */
export function allValues(headers: HeaderList, name: string): readonly string[] {
  const values: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    if (isNamed(headers[i] ?? "", name)) values.push(headers[i + 1] ?? "");
  }
  return values;
}

function isNamed(field: string, name: string): boolean {
  return field.length === name.length && field.toLowerCase() === name;
}
