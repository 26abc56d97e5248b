import { isDeepStrictEqual } from "node:util";
import { isObject } from "../../base/json.ts";
import { type JsonMember, scanTopLevel } from "../../base/json-scan.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import { findJsonError } from "./json-error.ts";

/** A Claude Code settings file as far as connecting needs to know it. */
export interface Settings {
  readonly value: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, unknown>>;
}

/** Why a settings file is left as it is; the place is missing where no single place is wrong. */
export interface SettingsProblem {
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
}

/** New values of variables as JSON text; undefined takes the variable out. */
export type EnvChanges = ReadonlyMap<string, string | undefined>;

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const EMPTY = Buffer.from("{}\n");

/** Reads a settings file; an empty one counts as `{}`. */
export function readSettings(file: Buffer): Result<Settings, SettingsProblem> {
  const text = withoutBom(file).toString("utf8");
  const blank = text.trim() === "";
  const error = blank ? undefined : findJsonError(text);
  if (error !== undefined) return fail(error);
  const value: unknown = blank ? {} : JSON.parse(text);
  if (!isObject(value)) return fail({ message: "the file is valid JSON, but not an object" });
  const env = value["env"] ?? {};
  if (!isObject(env)) return fail({ message: '"env" is not an object' });
  return ok({ value, env });
}

/** A variable's value as the file has it, as JSON text; undefined where it has none. */
export function envValueText(file: Buffer, name: string): string | undefined {
  const body = withoutBom(file);
  const env = envMember(body);
  if (env === undefined) return undefined;
  const member = lastMember(body.subarray(env.valueStart, env.valueEnd), name);
  if (member === undefined) return undefined;
  const start = env.valueStart;
  return body.toString("utf8", start + member.valueStart, start + member.valueEnd);
}

/**
 * Changes variables in the `env` block and no other byte of the file, in the file's own indentation and line ends.
 *
 * With `dropEmptyEnv` a block that ends up empty goes too. `file` must have passed `readSettings`.
 */
export function changeEnv(
  file: Buffer,
  changes: EnvChanges,
  options: { readonly dropEmptyEnv?: boolean } = {},
): Buffer {
  const bom = file.length === withoutBom(file).length ? Buffer.alloc(0) : BOM;
  const before = withoutBom(file).toString("utf8").trim() === "" ? EMPTY : withoutBom(file);
  const style = styleOf(before);
  let body = before;
  for (const [name, valueText] of changes) body = changeVariable(body, name, valueText, style);
  const env = envMember(body);
  if (options.dropEmptyEnv === true && env !== undefined) {
    const members = membersOf(body.subarray(env.valueStart, env.valueEnd));
    if (members.length === 0) body = removeMember(body, "env");
  }
  assertOnlyEnvChanged(before, body);
  return Buffer.concat([bom, body]);
}

interface Style {
  readonly newline: string;
  /** One step of indentation; undefined when the file is one line. */
  readonly indent: string | undefined;
}

function styleOf(body: Buffer): Style {
  const newline = body.includes("\r\n") ? "\r\n" : "\n";
  const first = membersOf(body)[0];
  if (first === undefined) return { newline, indent: "  " };
  return { newline, indent: leadingSpace(body, first.nameStart) };
}

/** The white space before `at` on its line; undefined when something else stands there, or no line end before it. */
function leadingSpace(body: Buffer, at: number): string | undefined {
  const lineStart = body.lastIndexOf("\n", at - 1) + 1;
  const space = body.toString("utf8", lineStart, at);
  return lineStart > 0 && /^[ \t]*$/.test(space) ? space : undefined;
}

function changeVariable(
  body: Buffer,
  name: string,
  valueText: string | undefined,
  style: Style,
): Buffer {
  const env = envMember(body);
  if (env === undefined) {
    if (valueText === undefined) return body;
    const empty = lastMember(body, "env");
    const withBlock =
      empty === undefined
        ? insertMember(body, "env", "{}", style, style.indent ?? "")
        : splice(body, empty.valueStart, empty.valueEnd, "{}");
    return changeVariable(withBlock, name, valueText, style);
  }
  const block = body.subarray(env.valueStart, env.valueEnd);
  const member = lastMember(block, name);
  const changed = ((): Buffer => {
    if (valueText === undefined) return removeMember(block, name);
    if (member !== undefined) return splice(block, member.valueStart, member.valueEnd, valueText);
    const first = membersOf(block)[0];
    const inherited = first === undefined ? undefined : leadingSpace(block, first.nameStart);
    const indent = inherited ?? (style.indent ?? "").repeat(2);
    const isInline = first !== undefined && inherited === undefined;
    return insertMember(block, name, valueText, isInline ? inline(style) : style, indent);
  })();
  return splice(body, env.valueStart, env.valueEnd, changed);
}

function inline(style: Style): Style {
  return { newline: style.newline, indent: undefined };
}

/** Appends a member to the object that `object` is. */
function insertMember(
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
function removeMember(object: Buffer, name: string): Buffer {
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

function envMember(body: Buffer): JsonMember | undefined {
  const member = lastMember(body, "env");
  return member?.type === "object" ? member : undefined;
}

/** Of a repeated name the last one counts, as it does for JSON.parse. */
function lastMember(object: Buffer, name: string): JsonMember | undefined {
  return membersOf(object).findLast((member) => member.name === name);
}

function membersOf(object: Buffer): readonly JsonMember[] {
  const scan = scanTopLevel(object);
  return scan.kind === "object" ? scan.members : [];
}

function splice(body: Buffer, start: number, end: number, text: string | Buffer): Buffer {
  const middle = typeof text === "string" ? Buffer.from(text) : text;
  return Buffer.concat([body.subarray(0, start), middle, body.subarray(end)]);
}

function withoutBom(file: Buffer): Buffer {
  return file.subarray(0, 3).equals(BOM) ? file.subarray(3) : file;
}

/** The last guard before a user's file is written: everything outside `env` says what it said. */
function assertOnlyEnvChanged(before: Buffer, after: Buffer): void {
  const [old, changed] = [before, after].map((body) => {
    const value: unknown = JSON.parse(body.toString("utf8"));
    if (!isObject(value)) throw new Error("a settings file stopped being an object");
    return { ...value, env: undefined };
  });
  if (!isDeepStrictEqual(old, changed)) throw new Error("an edit of env changed something else");
}
