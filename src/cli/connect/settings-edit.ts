import { isObject } from "../../base/json.ts";
import type { JsonMember } from "../../base/json-scan.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import {
  assertOnlyChanged,
  inline,
  insertMember,
  lastMember,
  leadingSpace,
  membersOf,
  removeMember,
  type Style,
  splice,
  splitFile,
  styleOf,
  withoutBom,
} from "./json-edit.ts";
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
  const { bom, body: before } = splitFile(file);
  const style = styleOf(before);
  let body = before;
  for (const [name, valueText] of changes) body = changeVariable(body, name, valueText, style);
  const env = envMember(body);
  if (options.dropEmptyEnv === true && env !== undefined) {
    const members = membersOf(body.subarray(env.valueStart, env.valueEnd));
    if (members.length === 0) body = removeMember(body, "env");
  }
  assertOnlyChanged("env", before, body);
  return Buffer.concat([bom, body]);
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

function envMember(body: Buffer): JsonMember | undefined {
  const member = lastMember(body, "env");
  return member?.type === "object" ? member : undefined;
}
