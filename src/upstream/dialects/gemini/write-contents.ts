import {
  type JsonObject,
  parseToolInput,
  type ToolUseBlock,
  type Turn,
} from "../../../canonical/index.ts";
import type { Lose } from "../shared/losses.ts";
import { type ModelStep, toSteps, type UserStep } from "../shared/steps.ts";
import { writeMedia } from "./media.ts";
import { wireName } from "./tool-names.ts";
import type { GeminiTraits } from "./traits.ts";
import { writeResult } from "./write-result.ts";

/**
 * Stands for the signature of a call that another model made: without any, Gemini 3 answers 400. Base64 of
 * `context_engineering_is_the_way_to_go`.
 * @source https://docs.cloud.google.com/vertex-ai/generative-ai/docs/thought-signatures (read 2026-11-25); the value was
 * recorded with a 200 (pydantic-ai, test_thinking_with_tool_calls_from_other_model)
 */
const FOREIGN_CALL = "Y29udGV4dF9lbmdpbmVlcmluZ19pc190aGVfd2F5X3RvX2dv";

export interface ContentsContext {
  readonly traits: GeminiTraits;
  readonly lose: Lose;
}

export function writeContents(
  turns: readonly Turn[],
  context: ContentsContext,
): readonly JsonObject[] {
  return toSteps(turns, context.lose).flatMap((step) =>
    step.role === "model" ? [modelContent(step, context)] : userContents(step, context),
  );
}

function modelContent(step: ModelStep, context: ContentsContext): JsonObject {
  const parts: JsonObject[] = [];
  let waiting: string | undefined;
  const push = (part: JsonObject): void => {
    parts.push(waiting === undefined ? part : { ...part, thoughtSignature: waiting });
    waiting = undefined;
  };
  for (const block of step.blocks) {
    switch (block.type) {
      case "thinking":
        // Two signatures in a row: the first came with a part that had no content.
        if (waiting !== undefined) push({ text: "" });
        waiting = block.signature;
        break;
      case "text":
        push({ text: block.text });
        break;
      case "tool_use":
        push({ functionCall: functionCall(block, context) });
        break;
      default:
        push(writeMedia(block, context.traits, context.lose));
    }
  }
  if (waiting !== undefined) push({ text: "" });
  return { role: "model", parts: withForeignMark(parts, context.traits) };
}

function functionCall(block: ToolUseBlock, { traits, lose }: ContentsContext): JsonObject {
  const input = parseToolInput(block.input);
  if (input === undefined) lose("content[].input");
  return {
    ...(traits.callIds && block.id !== "" ? { id: block.id } : {}),
    name: wireName(block.name),
    args: input ?? {},
  };
}

function withForeignMark(
  parts: readonly JsonObject[],
  { signatures }: GeminiTraits,
): readonly JsonObject[] {
  const first = parts.findIndex((part) => "functionCall" in part);
  if (signatures !== "required" || first < 0) return parts;
  return parts.map((part, index) =>
    index === first && !("thoughtSignature" in part)
      ? { ...part, thoughtSignature: FOREIGN_CALL }
      : part,
  );
}

function userContents(step: UserStep, context: ContentsContext): readonly JsonObject[] {
  const results = step.results.map(({ call, result }) => writeResult(call, result, context));
  const responses = results.map(({ response }) => response);
  const beside = results.flatMap((result) => result.beside);
  const rest = step.blocks.map((block) =>
    block.type === "text" ? { text: block.text } : writeMedia(block, context.traits, context.lose),
  );
  // Media beside the responses spoil the count of the responses on models that cannot have them within.
  if (beside.length > 0) {
    return [
      { role: "user", parts: responses },
      { role: "user", parts: [...beside, ...rest] },
    ];
  }
  return [{ role: "user", parts: [...responses, ...rest] }];
}
