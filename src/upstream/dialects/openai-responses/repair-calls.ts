import type { Block, ToolResultBlock, ToolUseBlock } from "../../../canonical/index.ts";
import type { Lose } from "../shared/losses.ts";
import { matchResults, missingResult, orphanHeading } from "../shared/tool-results.ts";

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
  const told = content.filter((block) => block.type === "tool_result");
  const { answered, orphans } = matchResults(calls, told, ({ id }) => originalId(id));
  const results = answered.map(({ call, result }): ToolResultBlock => {
    if (result !== undefined) return { ...result, toolUseId: call.id };
    lose("turns[].tool_use");
    return missingResult(call.id);
  });
  if (orphans.length > 0) lose("turns[].tool_result");
  const rest = content.flatMap((block) => {
    if (block.type !== "tool_result") return [block];
    return orphans.includes(block) ? orphanContent(block) : [];
  });
  return { results, content: rest };
}

function orphanContent(result: ToolResultBlock): readonly Block[] {
  return [{ type: "text", text: orphanHeading(result) }, ...result.content];
}
