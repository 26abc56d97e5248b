import { isObject } from "../../base/json.ts";
import {
  type Block,
  type JsonObject,
  jsonText,
  type ToolResultBlock,
} from "../../canonical/index.ts";
import type { Field } from "../field.ts";
import { type BuiltIn, builtInByCall, builtInByOutput } from "./built-ins.ts";
import { flatName } from "./call-kinds.ts";
import { wrapFreeform } from "./freeform.ts";
import { readParts } from "./read-parts.ts";
import { namesIn } from "./read-tools.ts";

/** A call in the conversation, of whatever kind; undefined for an item that is none. */
export function readCall(item: Field, kind: string): Block | undefined {
  if (kind === "function_call") {
    const text = item.at("arguments").text("Send the arguments as JSON text, as they came.");
    return { ...callFrame(item), input: text.trim() === "" ? "{}" : text };
  }
  if (kind === "custom_tool_call") {
    const text = item.at("input").text("Send the tool's input as raw text.");
    return { ...callFrame(item), input: wrapFreeform(text) };
  }
  const builtIn = builtInByCall(kind);
  return builtIn === undefined || isServers(item) ? undefined : readBuiltIn(item, builtIn);
}

function callFrame(item: Field) {
  const namespace = item.at("namespace").optional((it) => it.text("Send it as it came."));
  const name = item.at("name").text("Name the tool that was called.");
  return { type: "tool_use" as const, id: readId(item), name: flatName(namespace, name) };
}

/** Older clients pair by the item's own id. */
function readId(item: Field): string {
  const id = item.at("call_id").isAbsent ? item.at("id") : item.at("call_id");
  return id.isAbsent
    ? item.at("call_id").text("Send the id that the call came with.")
    : id.text("Send the id that the call came with.");
}

function readBuiltIn(item: Field, { tool, member, fixed }: BuiltIn): Block {
  const field = item.at(member);
  if (typeof field.value === "string") {
    return { type: "tool_use", id: readId(item), name: tool, input: field.value };
  }
  const raw = field.object("Send the call back as it came.");
  const told = Object.entries(raw).filter(([name, value]) => !(name in fixed) && value !== null);
  const input = jsonText(Object.fromEntries(told));
  if (input === undefined) field.refuse("an object that can be read", "It is nested too deep.");
  return { type: "tool_use", id: readId(item), name: tool, input: input ?? "{}" };
}

/** The answer to a call; undefined for an item that is none. */
export function readOutput(item: Field, kind: string): ToolResultBlock | undefined {
  const isPlain = kind === "function_call_output" || kind === "custom_tool_call_output";
  const builtIn = builtInByOutput(kind);
  if (!isPlain && (builtIn === undefined || isServers(item))) return undefined;
  const content =
    kind === "tool_search_output" ? readFound(item.at("tools")) : readOutcome(item.at("output"));
  return {
    type: "tool_result",
    toolUseId: readId(item),
    content: content.filter((block) => block.type !== "text" || block.text !== ""),
    isError: item.at("status").value === "failed",
  };
}

/** A search of the provider's own, that nobody here was asked to make. */
function isServers(item: Field): boolean {
  return item.at("execution").value === "server";
}

/** Text, content parts, or what each of several commands printed. */
function readOutcome(field: Field): readonly Block[] {
  if (field.isAbsent) return [];
  const list: readonly unknown[] = Array.isArray(field.value) ? field.value : [];
  if (!list.some((each) => isObject(each) && "stdout" in each)) return readParts(field);
  return list.filter(isObject).map((each) => ({ type: "text", text: printed(each) }));
}

function printed({ stdout, stderr, outcome }: JsonObject): string {
  const { exit_code: code, type } = isObject(outcome) ? outcome : {};
  const end = typeof code === "number" ? code : type;
  const shown = typeof end === "number" || typeof end === "string" ? [`[exit: ${end}]`] : [];
  const texts = [stdout, stderr].filter((text) => typeof text === "string" && text !== "");
  return [...texts, ...shown].join("\n");
}

function readFound(tools: Field): readonly Block[] {
  const found = namesIn(tools).map((name) => `[The tool ${name} is loaded.]`);
  return [{ type: "text", text: found.join("\n") || "[No tool was found.]" }];
}
