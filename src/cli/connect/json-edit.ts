import { isDeepStrictEqual } from "node:util";
import { isObject } from "../../base/json.ts";
import { type JsonMember, scanTopLevel } from "../../base/json-scan.ts";

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const EMPTY = Buffer.from("{}\n");

/** A file's byte order mark, where it has one, and its JSON; an empty file counts as `{}`. */
export function splitFile(file: Buffer): { readonly bom: Buffer; readonly body: Buffer } {
  const body = withoutBom(file);
  return {
    bom: file.length === body.length ? Buffer.alloc(0) : BOM,
    body: body.toString("utf8").trim() === "" ? EMPTY : body,
  };
}

/** How a file is laid out. */
export interface Style {
  readonly newline: string;
  /** One step of indentation; undefined when the file is one line. */
  readonly indent: string | undefined;
}

export function styleOf(body: Buffer): Style {
  const newline = body.includes("\r\n") ? "\r\n" : "\n";
  const first = membersOf(body)[0];
  if (first === undefined) return { newline, indent: "  " };
  return { newline, indent: leadingSpace(body, first.nameStart) };
}

/** The white space before `at` on its line; undefined when something else stands there, or no line end before it. */
export function leadingSpace(body: Buffer, at: number): string | undefined {
  const lineStart = body.lastIndexOf("\n", at - 1) + 1;
  const space = body.toString("utf8", lineStart, at);
  return lineStart > 0 && /^[ \t]*$/.test(space) ? space : undefined;
}

/** For what stands on one line in a file of several. */
export function inline(style: Style): Style {
  return { newline: style.newline, indent: undefined };
}

/** Appends a member to the object that `object` is. */
export function insertMember(
  object: Buffer,
  name: string,
  valueText: string,
  style: Style,
  indent: string,
): Buffer {
  const member = `${JSON.stringify(name)}: ${valueText}`;
  const last = membersOf(object).at(-1);
  const isOneLine = style.indent === undefined;
  if (last !== undefined) {
    const text = isOneLine ? `, ${member}` : `,${style.newline}${indent}${member}`;
    return splice(object, last.valueEnd, last.valueEnd, text);
  }
  const open = object.indexOf("{");
  const close = object.lastIndexOf("}");
  const outer = indent.slice(0, Math.max(0, indent.length - (style.indent ?? "").length));
  const text = isOneLine ? member : `${style.newline}${indent}${member}${style.newline}${outer}`;
  return splice(object, open + 1, close, text);
}

/** Takes every member of that name out of an object, each with the comma that belonged to it. */
export function removeMember(object: Buffer, name: string): Buffer {
  const members = membersOf(object);
  const index = members.findLastIndex((member) => member.name === name);
  const member = members[index];
  if (member === undefined) return object;
  const previous = members[index - 1];
  const next = members[index + 1];
  const shorter = ((): Buffer => {
    if (previous !== undefined) return splice(object, previous.valueEnd, member.valueEnd, "");
    if (next !== undefined) return splice(object, member.nameStart, next.nameStart, "");
    return splice(object, object.indexOf("{") + 1, object.lastIndexOf("}"), "");
  })();
  return removeMember(shorter, name);
}

/** Of a repeated name the last one counts, as it does for JSON.parse. */
export function lastMember(object: Buffer, name: string): JsonMember | undefined {
  return membersOf(object).findLast((member) => member.name === name);
}

export function membersOf(object: Buffer): readonly JsonMember[] {
  const scan = scanTopLevel(object);
  return scan.kind === "object" ? scan.members : [];
}

export function splice(body: Buffer, start: number, end: number, text: string | Buffer): Buffer {
  const middle = typeof text === "string" ? Buffer.from(text) : text;
  return Buffer.concat([body.subarray(0, start), middle, body.subarray(end)]);
}

export function withoutBom(file: Buffer): Buffer {
  return file.subarray(0, 3).equals(BOM) ? file.subarray(3) : file;
}

/** The last guard before a user's file is written: everything outside one member says what it said. */
export function assertOnlyChanged(name: string, before: Buffer, after: Buffer): void {
  const [old, changed] = [before, after].map((body) => {
    const value: unknown = JSON.parse(body.toString("utf8"));
    if (!isObject(value)) throw new Error("a settings file stopped being an object");
    return { ...value, [name]: undefined };
  });
  if (!isDeepStrictEqual(old, changed))
    throw new Error(`an edit of ${name} changed something else`);
}
