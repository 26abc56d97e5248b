import type { Block, ToolResultBlock, ToolUseBlock } from "../../../canonical/index.ts";
import type { ModelStep, RawStep, UserBlock, UserStep } from "./history.ts";
import { opaqueText } from "./opaque-text.ts";

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
  const taken = new Set<ToolResultBlock>();
  const take = (id: string): ToolResultBlock | undefined => {
    const found = given.find((result) => result.toolUseId === id && !taken.has(result));
    if (found !== undefined) taken.add(found);
    return found;
  };
  const named = calls.map((call) => ({ call, result: take(call.id) }));
  const results = named.map(({ call, result }) => ({
    call,
    result: result ?? take("") ?? missing(call),
  }));
  const blocks = step.blocks.flatMap((block): readonly UserBlock[] => {
    if (block.type === "tool_result") return taken.has(block) ? [] : asText(block);
    return block.type === "thinking" || block.type === "tool_use" ? [] : [block];
  });
  return { role: "user", results, blocks };
}

function missing(call: ToolUseBlock): ToolResultBlock {
  return {
    type: "tool_result",
    toolUseId: call.id,
    content: [{ type: "text", text: "[tool result missing]" }],
    isError: true,
  };
}

/** Of a result whose call was cut from the history. */
function asText(result: ToolResultBlock): readonly UserBlock[] {
  const heading = result.isError
    ? "[error of an earlier tool call]"
    : "[result of an earlier tool call]";
  return [{ type: "text", text: heading }, ...result.content.flatMap(readable)];
}

function readable(block: Block): readonly UserBlock[] {
  if (block.type === "text") return block.text === "" ? [] : [block];
  if (block.type === "image" || block.type === "document") return [block];
  const text = block.type === "opaque" ? opaqueText(block) : undefined;
  return text === undefined ? [] : [{ type: "text", text }];
}
