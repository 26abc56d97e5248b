import type { Block, ToolResultBlock, ToolUseBlock } from "../../../canonical/index.ts";
import { opaqueText } from "./opaque-text.ts";
import type { ModelStep, RawStep, UserBlock, UserStep } from "./steps.ts";
import { matchResults, missingResult, orphanHeading } from "./tool-results.ts";

/**
 * Puts every call's result into the step right behind it, in the calls' order; anything else there is a 400.
 *
 * A call without a result gets an error for one; a result without a call becomes text. A result whose id is empty answers
 * the first call that has none.
 */
export function pairResults(steps: readonly RawStep[]): readonly (UserStep | ModelStep)[] {
  const paired: (UserStep | ModelStep)[] = [];
  let open: readonly ToolUseBlock[] = [];
  for (const step of steps) {
    if (step.role === "user") {
      paired.push(answer(open, step));
      open = [];
    } else {
      const blocks = step.blocks.filter((block) => block.type !== "tool_result");
      paired.push({ role: "model", blocks });
      open = blocks.filter((block) => block.type === "tool_use");
    }
  }
  if (open.length > 0) paired.push(answer(open, { role: "user", blocks: [] }));
  return paired;
}

function answer(calls: readonly ToolUseBlock[], step: RawStep): UserStep {
  const given = step.blocks.filter((block) => block.type === "tool_result");
  const { answered, orphans } = matchResults(calls, given);
  const results = answered.map(({ call, result = missingResult(call.id) }) => ({ call, result }));
  const blocks = step.blocks.flatMap((block): readonly UserBlock[] => {
    if (block.type === "tool_result") return orphans.includes(block) ? asText(block) : [];
    return block.type === "thinking" || block.type === "tool_use" ? [] : [block];
  });
  return { role: "user", results, blocks };
}

/** Of a result whose call was cut from the history. */
function asText(result: ToolResultBlock): readonly UserBlock[] {
  return [{ type: "text", text: orphanHeading(result) }, ...result.content.flatMap(readable)];
}

function readable(block: Block): readonly UserBlock[] {
  if (block.type === "text") return block.text === "" ? [] : [block];
  if (block.type === "image" || block.type === "document") return [block];
  const text = block.type === "opaque" ? opaqueText(block) : undefined;
  return text === undefined ? [] : [{ type: "text", text }];
}
