import { isObject } from "../../base/json.ts";
import {
  assertOnlyChanged,
  insertMember,
  lastMember,
  leadingSpace,
  membersOf,
  removeMember,
  type Style,
  splice,
  splitFile,
  styleOf,
} from "../connect/json-edit.ts";
import { elementsOf, removeElement } from "./json-array.ts";

const HOOKS = "hooks";

/** Sets a member of a settings file, or takes it out, and changes no other byte. `file` must have passed `readSettings`. */
export function changeMember(file: Buffer, name: string, value: unknown): Buffer {
  const { bom, body } = splitFile(file);
  const changed =
    value === undefined ? removeMember(body, name) : place(body, name, value, styleOf(body), 1);
  assertOnlyChanged(name, body, changed);
  return Buffer.concat([bom, changed]);
}

/** A member's value; undefined where the file has none. */
export function memberValue(file: Buffer, name: string): unknown {
  const { body } = splitFile(file);
  const member = lastMember(body, name);
  if (member === undefined) return undefined;
  const value: unknown = JSON.parse(body.toString("utf8", member.valueStart, member.valueEnd));
  return value;
}

/** Adds a command to those that run at an event, behind the others; a second time it changes nothing. */
export function addHook(file: Buffer, event: string, command: string): Buffer {
  const { bom, body } = splitFile(file);
  const style = styleOf(body);
  const group = { matcher: "", hooks: [{ type: "command", command }] };
  const hooks = lastMember(body, HOOKS);
  const changed = ((): Buffer => {
    if (hooks?.type !== "object") return place(body, HOOKS, { [event]: [group] }, style, 1);
    const block = body.subarray(hooks.valueStart, hooks.valueEnd);
    const groups = lastMember(block, event);
    const list = groups && block.subarray(groups.valueStart, groups.valueEnd);
    const after =
      groups?.type !== "array" || list === undefined
        ? place(block, event, [group], style, 2)
        : splice(block, groups.valueStart, groups.valueEnd, append(list, group, style));
    return splice(body, hooks.valueStart, hooks.valueEnd, after);
  })();
  assertOnlyChanged(HOOKS, body, changed);
  return Buffer.concat([bom, changed]);
}

/** The commands that run at an event. */
export function hookCommands(file: Buffer, event: string): readonly string[] {
  const hooks = memberValue(file, HOOKS);
  const groups: unknown = isObject(hooks) ? hooks[event] : undefined;
  return Array.isArray(groups) ? groups.flatMap(commandsOf) : [];
}

/** Takes the commands out that `isOurs` knows, with the lists that are empty then. Groups with others' commands stay. */
export function removeHooks(
  file: Buffer,
  event: string,
  isOurs: (command: string) => boolean,
): Buffer {
  const { bom, body } = splitFile(file);
  const hooks = lastMember(body, HOOKS);
  if (hooks?.type !== "object") return file;
  const block = body.subarray(hooks.valueStart, hooks.valueEnd);
  const groups = lastMember(block, event);
  if (groups?.type !== "array") return file;
  const list = block.subarray(groups.valueStart, groups.valueEnd);
  const kept = withoutOurs(list, isOurs);
  if (kept.equals(list)) return file;
  const fewer =
    elementsOf(kept).length === 0
      ? removeMember(block, event)
      : splice(block, groups.valueStart, groups.valueEnd, kept);
  const changed =
    membersOf(fewer).length === 0
      ? removeMember(body, HOOKS)
      : splice(body, hooks.valueStart, hooks.valueEnd, fewer);
  assertOnlyChanged(HOOKS, body, changed);
  return Buffer.concat([bom, changed]);
}

function withoutOurs(list: Buffer, isOurs: (command: string) => boolean): Buffer {
  let kept = list;
  for (const element of elementsOf(list).toReversed()) {
    const group: unknown = JSON.parse(list.toString("utf8", element.start, element.end));
    const commands = commandsOf(group);
    if (commands.length > 0 && commands.every(isOurs)) kept = removeElement(kept, element);
  }
  return kept;
}

function commandsOf(group: unknown): readonly string[] {
  const hooks: unknown = isObject(group) ? group["hooks"] : undefined;
  return (Array.isArray(hooks) ? hooks : []).flatMap((hook: unknown) => {
    const command: unknown = isObject(hook) ? hook["command"] : undefined;
    return typeof command === "string" ? [command] : [];
  });
}

/** Sets a member of an object that stands `depth` steps deep, laid out like its neighbours. */
function place(object: Buffer, name: string, value: unknown, style: Style, depth: number): Buffer {
  const first = membersOf(object)[0];
  const isInline = first !== undefined && leadingSpace(object, first.nameStart) === undefined;
  const own = isInline ? { ...style, indent: undefined } : style;
  const text = layOut(value, own, depth);
  const member = lastMember(object, name);
  if (member !== undefined) return splice(object, member.valueStart, member.valueEnd, text);
  return insertMember(object, name, text, own, (style.indent ?? "").repeat(depth));
}

/** Appends to the groups of an event, which stand three steps deep. */
function append(list: Buffer, value: unknown, style: Style): Buffer {
  const elements = elementsOf(list);
  const [first] = elements;
  const last = elements.at(-1);
  const { newline, indent } = style;
  if (first === undefined || last === undefined) {
    const text = layOut([value], style, 2);
    return Buffer.from(text);
  }
  const space = leadingSpace(list, first.start);
  if (space === undefined || indent === undefined) {
    return splice(list, last.end, last.end, `, ${JSON.stringify(value)}`);
  }
  return splice(list, last.end, last.end, `,${newline}${space}${layOut(value, style, 3)}`);
}

function layOut(value: unknown, { newline, indent }: Style, depth: number): string {
  if (indent === undefined) return JSON.stringify(value);
  return JSON.stringify(value, null, indent).replaceAll("\n", `${newline}${indent.repeat(depth)}`);
}
