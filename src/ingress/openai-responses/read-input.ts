import type { Block, TextBlock, Turn } from "../../canonical/index.ts";
import type { Field } from "../field.ts";
import { readCall, readOutput } from "./read-calls.ts";
import { readParts } from "./read-parts.ts";
import { readReasoning } from "./reasoning.ts";

/** A conversation, with what stands in front of it told apart. */
export interface Conversation {
  readonly system: readonly TextBlock[];
  readonly turns: readonly Turn[];
}

const MESSAGE = new Set(["type", "id", "status", "role", "content"]);
/** Items that only declare tools; these are read with the others. */
const DECLARING: ReadonlySet<string> = new Set(["additional_tools"]);
const NOT_STORED =
  "Previous response not found: nothing is stored here. Send the item itself, with all of the conversation.";

/** What follows the leading instructions is a turn in place: hoisting it would rewrite the cached beginning. */
export function readInput(instructions: Field, input: Field): Conversation {
  const spoken = readItems(input);
  const first = spoken.findIndex(({ role, content }) => role !== "system" || !isText(content));
  const leading = first < 0 ? spoken : spoken.slice(0, first);
  const told = instructions.optional((it) => it.text("Send the instructions as text.")) ?? "";
  return {
    system: [
      ...(told === "" ? [] : [{ type: "text" as const, text: told }]),
      ...leading.flatMap(({ content }) => content.filter((block) => block.type === "text")),
    ],
    turns: mergeTurns(spoken.slice(leading.length)),
  };
}

function isText(content: readonly Block[]): boolean {
  return content.every(({ type }) => type === "text");
}

function readItems(input: Field): readonly Turn[] {
  if (typeof input.value === "string") {
    return [{ role: "user", content: [{ type: "text", text: input.value }] }];
  }
  const items = input.items("Send the conversation as text, or as a list of items.");
  if (items.length === 0 && Array.isArray(input.value)) {
    input.refuse("at least one item", "Send the user's message.");
  }
  return items.map(readItem);
}

function readItem(item: Field): Turn {
  const raw = item.object("Every input item is an object with a type.");
  // A message may leave its type out.
  const kind = item.at("role").isAbsent
    ? item.at("type").text("Say which type of item this is.")
    : (item.at("type").optional((it) => it.text("Say which type of item this is.")) ?? "message");
  if (kind === "message") return readMessage(item);
  if (kind === "item_reference") item.at("id").refuse("a whole item", NOT_STORED);
  if (DECLARING.has(kind)) return { role: "user", content: [] };
  const output = readOutput(item, kind);
  if (output !== undefined) return { role: "user", content: [output] };
  if (kind === "reasoning") return { role: "assistant", content: [readReasoning(item, raw)] };
  const call = readCall(item, kind);
  if (call !== undefined) return { role: "assistant", content: [call] };
  const isAnswer = kind.endsWith("_output") || kind.endsWith("_response");
  return { role: isAnswer ? "user" : "assistant", content: [{ type: "opaque", kind, raw }] };
}

function readMessage(item: Field): Turn {
  const content = readParts(item.at("content"));
  const extra = item.rest(MESSAGE);
  const [first, ...others] = content;
  // With a block and not with the turn: a turn has the messages before and behind it in it, too.
  const isKept = extra !== undefined && first?.type === "text";
  return {
    role: readRole(item.at("role")),
    content: isKept ? [{ ...first, extra: { ...first.extra, ...extra } }, ...others] : content,
  };
}

function readRole(field: Field): Turn["role"] {
  switch (field.value) {
    case "user":
    case "assistant":
      return field.value;
    case "system":
    case "developer":
      return "system";
    default:
      field.refuse("user, assistant, system or developer", "Send one of these roles.");
      return "user";
  }
}

/** Items of one side in a row are one turn; each system message stays where and as it is. */
function mergeTurns(items: readonly Turn[]): readonly Turn[] {
  const turns: Turn[] = [];
  for (const item of items) {
    if (item.content.length === 0) continue;
    const last = turns.at(-1);
    if (last === undefined || last.role !== item.role || item.role === "system") turns.push(item);
    else turns.splice(-1, 1, { ...last, content: resultsFirst(last.content, item.content) });
  }
  return turns;
}

/** Every upstream wants a call's result right behind the call. */
function resultsFirst(before: readonly Block[], added: readonly Block[]): readonly Block[] {
  const at = before.findLastIndex(({ type }) => type === "tool_result") + 1;
  const isResult = added[0]?.type === "tool_result";
  return isResult ? before.toSpliced(at, 0, ...added) : [...before, ...added];
}
