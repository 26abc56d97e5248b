import type { JsonObject, TextBlock, Turn } from "../../canonical/index.ts";
import { CallIds } from "./call-ids.ts";
import { type Field, itemsOf, member, restOf } from "./member.ts";
import { PartReader } from "./read-parts.ts";

const CONTENT = ["role", "parts"];

/**
 * The conversation. Contents of one role in a row are one turn, for clients keep a streamed answer in many; a turn in which
 * nothing is left is left out, for other APIs refuse it.
 */
export function readContents(field: Field): readonly Turn[] {
  const items = field.items("Send the conversation as a list of contents.");
  if (items.length === 0 && Array.isArray(field.value)) {
    field.refuse("at least one content", "Send the user's words.");
  }
  const ids = new CallIds();
  return inTurns(items).flatMap(({ role, contents }) => {
    if (role === "assistant") ids.beginTurn();
    const { blocks, unknown } = new PartReader(role, ids).read(contents.flatMap(partsOf));
    if (blocks.length === 0 && unknown.length === 0) return [];
    return [{ role, content: blocks, extra: extraOf(contents, unknown) }];
  });
}

function extraOf(
  contents: readonly Field[],
  unknown: readonly JsonObject[],
): JsonObject | undefined {
  const members = contents.flatMap((content) => Object.entries(restOf(content, CONTENT) ?? {}));
  if (unknown.length > 0) members.push(["parts", unknown]);
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

interface Contents {
  readonly role: "user" | "assistant";
  readonly contents: readonly Field[];
}

function inTurns(items: readonly Field[]): readonly Contents[] {
  const turns: Contents[] = [];
  for (const item of items) {
    const role = readRole(item);
    const last = turns.at(-1);
    if (last?.role !== role) turns.push({ role, contents: [item] });
    else turns[turns.length - 1] = { role, contents: [...last.contents, item] };
  }
  return turns;
}

/** The system's words; the role that stands beside them means nothing. */
export function readSystem(field: Field): readonly TextBlock[] {
  if (field.isAbsent) return [];
  field.object('Send an object with parts: {"parts": [{"text": …}]}.');
  return partsOf(field).flatMap((part) => {
    const text = part.at("text").text("The system instruction takes only texts.");
    return text === "" ? [] : [{ type: "text", text }];
  });
}

function partsOf(content: Field): readonly Field[] {
  const parts = content.at("parts");
  return parts.optional((it) => itemsOf(it, "Send a list of parts.")) ?? [];
}

/** Older clients give responses a role of their own; without any, only a model's content has calls. */
function readRole(content: Field): "user" | "assistant" {
  const role = content.at("role");
  if (role.value === "model") return "assistant";
  if (role.isAbsent || role.value === "") {
    const hasCall = partsOf(content).some((part) => !member(part, "functionCall").isAbsent);
    return hasCall ? "assistant" : "user";
  }
  if (role.value !== "user" && role.value !== "function") {
    role.refuse("user or model", "Send one of these roles.");
  }
  return "user";
}
