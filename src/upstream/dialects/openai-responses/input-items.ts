import type { Block, CanonicalRequest, JsonObject } from "../../../canonical/index.ts";
import { OPENAI_NAME, shortName, type WireRule, wireId } from "../../wire-names.ts";
import type { Lose } from "../shared/losses.ts";
import { writeOpaque } from "../shared/opaque-text.ts";
import { inputParts, omittedText, toolOutput } from "./content-parts.ts";
import { type Step, toSteps } from "./conversation.ts";
import { reasoningItem } from "./reasoning-item.ts";
import type { ResponsesTraits } from "./traits.ts";

/**
 * Longer ids are a 400; any printable character passes, for hosts make ids with colons themselves.
 * @source https://github.com/vercel/ai/issues/8132 (read 2026-11-25)
 */
const CALL_ID: WireRule = { characters: "!-~", maxLength: 64 };

/** The conversation as input items. */
export function writeInput(
  request: CanonicalRequest,
  traits: ResponsesTraits,
  lose: Lose,
): readonly JsonObject[] {
  const steps = toSteps(request.turns, lose);
  return steps.flatMap((step) =>
    step.role === "assistant"
      ? assistantItems(step.content, traits, lose)
      : userItems(step, traits, lose),
  );
}

function userItems(
  step: Extract<Step, { role: "user" }>,
  traits: ResponsesTraits,
  lose: Lose,
): readonly JsonObject[] {
  const outputs = step.results.map((result) => {
    const call_id = wireId(result.toolUseId, CALL_ID);
    const { output, moved } = toolOutput({ ...result, toolUseId: call_id }, traits, lose);
    return { item: { type: "function_call_output", call_id, output }, moved };
  });
  const moved = outputs.flatMap((output) => output.moved);
  const content = [...moved, ...inputParts(step.content, traits, lose)];
  const message = { type: "message", role: "user", content };
  return [...outputs.map(({ item }) => item), ...(content.length > 0 ? [message] : [])];
}

function assistantItems(
  content: readonly Block[],
  traits: ResponsesTraits,
  lose: Lose,
): readonly JsonObject[] {
  const items: JsonObject[] = [];
  let texts: JsonObject[] = [];
  const endMessage = () => {
    if (texts.length > 0) items.push({ type: "message", role: "assistant", content: texts });
    texts = [];
  };
  for (const block of content) {
    const item = assistantItem(block, traits, lose);
    if (item === undefined) continue;
    if (item["type"] === "output_text") {
      texts.push(item);
    } else {
      endMessage();
      items.push(item);
    }
  }
  endMessage();
  return withFollowers(traits.groupsCalls ? callsLast(items) : items, lose);
}

/** An item of its own, or a part of a message. */
function assistantItem(block: Block, traits: ResponsesTraits, lose: Lose): JsonObject | undefined {
  switch (block.type) {
    case "text":
      return outputText(block.text);
    case "tool_use":
      return {
        type: "function_call",
        call_id: wireId(block.id, CALL_ID),
        name: shortName(block.name, OPENAI_NAME),
        arguments: block.input.trim() === "" ? "{}" : block.input,
      };
    case "thinking": {
      const item = reasoningItem(block, traits);
      if (item === undefined) lose("content[].thinking");
      return item;
    }
    case "opaque":
      return outputText(writeOpaque(block, lose) ?? "");
    case "image":
    case "document":
      return outputText(omittedText(block.type, lose));
    default:
      lose(`content[].${block.type}`);
      return undefined;
  }
}

function outputText(text: string): JsonObject | undefined {
  return text.trim() === "" ? undefined : { type: "output_text", text };
}

function callsLast(items: readonly JsonObject[]): readonly JsonObject[] {
  const isCall = (item: JsonObject) => item["type"] === "function_call";
  return [...items.filter((item) => !isCall(item)), ...items.filter(isCall)];
}

/** Thinking that led to nothing any more is refused: "provided without its required following item". */
function withFollowers(items: readonly JsonObject[], lose: Lose): readonly JsonObject[] {
  const last = items.findLastIndex((item) => item["type"] !== "reasoning");
  if (last < items.length - 1) lose("content[].thinking");
  return items.slice(0, last + 1);
}
