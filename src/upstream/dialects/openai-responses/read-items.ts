import type { AnswerContext, Block, JsonObject } from "../../../canonical/index.ts";
import type { AnswerIds } from "../shared/answer-ids.ts";
import { objectsOf, textOf } from "../shared/fields.ts";
import { signatureOf } from "./reasoning-item.ts";
import { readSearch } from "./web-search.ts";

/** What stands between the parts of one thought. */
export const PART_BREAK = "\n\n";

/** What the reading of an item needs besides it. */
export interface ItemContext {
  readonly toolNames: AnswerContext["toolNames"];
  readonly ids: AnswerIds;
}

/** One item of an answer's output as blocks. Items that no request of ours asks for stay as they are. */
export function readItem(item: JsonObject, context: ItemContext): readonly Block[] {
  switch (textOf(item["type"])) {
    case "message":
      return messageTexts(item)
        .filter((text) => text !== "")
        .map((text) => ({ type: "text", text }));
    case "reasoning":
      return readReasoning(item);
    case "function_call":
      if (!isCall(item)) return [];
      return [
        {
          type: "tool_use",
          id: context.ids.assign(textOf(item["call_id"])),
          name: clientName(item, context),
          input: argumentsOf(item) || "{}",
        },
      ];
    case "web_search_call": {
      const { call, input, result } = readSearch(item);
      return [{ ...call, raw: { ...call.raw, input: JSON.parse(input) } }, result];
    }
    default:
      return [{ type: "opaque", kind: textOf(item["type"]), raw: item }];
  }
}

/** The texts of a message's parts, empty ones too, so that their places stay; a refusal is a text as well. */
export function messageTexts(item: JsonObject): readonly string[] {
  const content = item["content"];
  if (typeof content === "string") return [content];
  return objectsOf(content).map((part) => textOf(part["text"]) || textOf(part["refusal"]));
}

/** A call without a name is none: nobody could run it. */
export function isCall(item: JsonObject): boolean {
  return item["type"] === "function_call" && textOf(item["name"]) !== "";
}

export function hasRefusal(item: JsonObject): boolean {
  return objectsOf(item["content"]).some((part) => part["type"] === "refusal");
}

/** Summaries, or the thoughts themselves where a model shows them. */
export function thoughtsOf(item: JsonObject): {
  readonly summary: readonly string[];
  readonly content: readonly string[];
} {
  const texts = (value: unknown) => objectsOf(value).map((part) => textOf(part["text"]));
  return { summary: texts(item["summary"]), content: texts(item["content"]) };
}

export function clientName(item: JsonObject, { toolNames }: ItemContext): string {
  const name = textOf(item["name"]);
  return toolNames.get(name) ?? name;
}

/** JSON text; empty where nothing was said. */
export function argumentsOf(item: JsonObject): string {
  const value = item["arguments"];
  // Some proxies send the object itself.
  return typeof value === "object" && value !== null ? JSON.stringify(value) : textOf(value).trim();
}

function readReasoning(item: JsonObject): readonly Block[] {
  const { summary, content } = thoughtsOf(item);
  const text = [...summary, ...content].filter((part) => part !== "").join(PART_BREAK);
  const signature = signatureOf(item);
  if (text === "" && signature === undefined) return [];
  return [{ type: "thinking", text, ...(signature === undefined ? {} : { signature }) }];
}
