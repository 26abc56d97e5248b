import { type JsonMember, type ScanResult, TopLevelScanner } from "./json-scanner.ts";

export type { JsonType } from "./json-lexing.ts";
export type { JsonMember, ScanResult } from "./json-scanner.ts";

/** Segments of this size stay in the young heap; one string of a whole body would not, and costs twice the time. */
const SEGMENT_BYTES = 32 * 1024;

/**
 * Finds the top-level members of a JSON object without parsing it, in less than half of JSON.parse's time.
 *
 * Every text that JSON.parse accepts as an object gives that object's members. The top level is checked fully: names,
 * colons, commas, numbers, literals, nothing behind the object. Inside values only strings and the depth of brackets are
 * followed, so a broken escape, a control character or a `]` for a `}` deeper down goes unnoticed. With `wanted`, only
 * those members are listed (and only their repetitions), though the whole body is read all the same.
 */
export function scanTopLevel(body: Buffer, wanted?: ReadonlySet<string>): ScanResult {
  return scanParts([body], wanted);
}

/** The same for a body in several parts; the spans count from the first byte of the first. */
export function scanParts(parts: Iterable<Buffer>, wanted?: ReadonlySet<string>): ScanResult {
  const scanner = new TopLevelScanner(wanted);
  for (const part of parts) {
    for (let from = 0; from < part.length; from += SEGMENT_BYTES) {
      // One character a byte: offsets are byte offsets, and UTF-8 bytes never look like JSON's own characters.
      scanner.push(part.toString("latin1", from, from + SEGMENT_BYTES));
    }
  }
  return scanner.finish();
}

/** The bytes of a span that may cross parts. */
export function spanOf(parts: readonly Buffer[], start: number, end: number): Buffer {
  const found: Buffer[] = [];
  let offset = 0;
  for (const part of parts) {
    if (offset < end && offset + part.length > start) {
      found.push(part.subarray(Math.max(0, start - offset), end - offset));
    }
    offset += part.length;
  }
  const [only] = found;
  return only !== undefined && found.length === 1 ? only : Buffer.concat(found);
}

/** The member that JSON.parse would use: the last one of that name. */
export function findMember(scan: ScanResult, name: string): JsonMember | undefined {
  if (scan.kind !== "object") return undefined;
  return scan.members.findLast((member) => member.name === name);
}

/** The value's bytes as text. */
export function memberText(body: Buffer, member: JsonMember): string {
  return body.toString("utf8", member.valueStart, member.valueEnd);
}

/** The value of a string member; undefined for any other type and for a broken escape. */
export function readString(body: Buffer, member: JsonMember | undefined): string | undefined {
  if (member?.type !== "string") return undefined;
  return readText(body.subarray(member.valueStart, member.valueEnd));
}

/** The value of a boolean member; undefined for any other type. */
export function readBoolean(member: JsonMember | undefined): boolean | undefined {
  if (member?.type === "true") return true;
  return member?.type === "false" ? false : undefined;
}

/** The value of a number member, as JSON.parse would round it; undefined for any other type. */
export function readNumber(body: Buffer, member: JsonMember | undefined): number | undefined {
  return member?.type === "number" ? Number(memberText(body, member)) : undefined;
}

/** The text of a JSON string with its quotes; undefined for anything else and for a broken escape. */
export function readText(json: Buffer): string | undefined {
  try {
    const value: unknown = JSON.parse(json.toString("utf8"));
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
