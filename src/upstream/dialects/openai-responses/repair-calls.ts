import type { Block, ToolResultBlock, ToolUseBlock } from "../../../canonical/index.ts";
import type { Lose } from "./losses.ts";

/** A user turn's content with the results of the calls before it taken out. */
interface Answered {
  readonly results: readonly ToolResultBlock[];
  readonly content: readonly Block[];
}

/**
 * Pairs calls with the results in the turn behind them. A call without a result gets one that says so, a result without
 * a call becomes text: either alone is refused by every upstream.
 */
export function repairCalls(
  calls: readonly ToolUseBlock[],
  content: readonly Block[],
  originalId: (id: string) => string,
  lose: Lose,
): Answered {
  const unclaimed = content.filter((block) => block.type === "tool_result");
  const results = calls.map((call): ToolResultBlock => {
    const found = claim(unclaimed, originalId(call.id));
    if (found !== undefined) return { ...found, toolUseId: call.id };
    lose("turns[].tool_use");
    return missingResult(call.id);
  });
  if (unclaimed.length > 0) lose("turns[].tool_result");
  const orphans = new Set<Block>(unclaimed);
  const rest = content.flatMap((block) => {
    if (block.type !== "tool_result") return [block];
    return orphans.has(block) ? orphanContent(block) : [];
  });
  return { results, content: rest };
}

/** By id; a result that lost its id is the next one's in order. */
function claim(unclaimed: ToolResultBlock[], id: string): ToolResultBlock | undefined {
  const byId = unclaimed.findIndex(({ toolUseId }) => toolUseId === id);
  const at = byId >= 0 ? byId : unclaimed.findIndex(({ toolUseId }) => toolUseId === "");
  return at < 0 ? undefined : unclaimed.splice(at, 1)[0];
}

function missingResult(toolUseId: string): ToolResultBlock {
  return {
    type: "tool_result",
    toolUseId,
    content: [{ type: "text", text: "[tool result missing]" }],
    isError: true,
  };
}

function orphanContent(result: ToolResultBlock): readonly Block[] {
  return [{ type: "text", text: "[result of an earlier tool call]" }, ...result.content];
}
