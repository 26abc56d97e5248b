import { createHash } from "node:crypto";
import { isRecord } from "../conformance/exchange.ts";

const WIDTH = 120;
const LONGEST_TEXT = 400;
/** How many alike lines in a row are too many to read. */
const MANY_ALIKE = 12;

/** JSON for people: what fits in a line is in one, and a long text is a few words and its hash. */
export function printJson(value: unknown, indent = ""): string {
  const line = JSON.stringify(value, shortened);
  if (line.length + indent.length <= WIDTH || typeof value !== "object" || value === null) {
    return line;
  }
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.map((item) => `${inner}${printJson(item, inner)}`);
    return `[\n${items.join(",\n")}\n${indent}]`;
  }
  const members = Object.entries(value).map(
    ([key, member]) => `${inner}${JSON.stringify(key)}: ${printJson(member, inner)}`,
  );
  return `{\n${members.join(",\n")}\n${indent}}`;
}

export function printLine(value: unknown): string {
  return JSON.stringify(value, shortened);
}

function shortened(_key: string, value: unknown): unknown {
  if (typeof value !== "string" || value.length <= LONGEST_TEXT) return value;
  const hash = createHash("sha256").update(value).digest("hex").slice(0, 16);
  return `${value.slice(0, 30)}… ${value.length} characters, sha256 ${hash}`;
}

/** Without the middle of long rows that differ only in their texts and numbers. */
export function withoutRows(lines: readonly string[]): readonly string[] {
  const shapes = lines.map((line) =>
    line.replaceAll(/"(?:[^"\\]|\\.)*"(:?)|\d+/g, (all, colon) => (colon === ":" ? all : "_")),
  );
  const shown: string[] = [];
  for (let from = 0; from < lines.length; ) {
    let end = from + 1;
    while (end < lines.length && shapes[end] === shapes[from]) end += 1;
    const row = lines.slice(from, end);
    if (row.length <= MANY_ALIKE) shown.push(...row);
    else shown.push(...row.slice(0, 2), `… ${row.length - 3} more`, ...row.slice(-1));
    from = end;
  }
  return shown;
}

/** The members in which an object differs from another; undefined for those it lacks. */
export function changedMembers(value: unknown, from: unknown): Readonly<Record<string, unknown>> {
  const [one, other] = [isRecord(value) ? value : {}, isRecord(from) ? from : {}];
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return Object.fromEntries(
    names
      .filter((name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]))
      .map((name) => [name, name in one ? one[name] : "(not there)"]),
  );
}
