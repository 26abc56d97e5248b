import type { ToolResultBlock, ToolUseBlock } from "../../../canonical/index.ts";

/** A call and what came of it; undefined: the client told nothing, after a compaction for instance. */
export interface AnsweredCall {
  readonly call: ToolUseBlock;
  readonly result: ToolResultBlock | undefined;
}

/**
 * Finds the result of each call, in the calls' order. Results without an id go by position; those without a call come back
 * as orphans. `clientId` is the id that the results know a call by.
 */
export function matchResults(
  calls: readonly ToolUseBlock[],
  results: readonly ToolResultBlock[],
  clientId: (call: ToolUseBlock) => string = ({ id }) => id,
): { readonly answered: readonly AnsweredCall[]; readonly orphans: readonly ToolResultBlock[] } {
  const left = new Set(results);
  const take = (id: string): ToolResultBlock | undefined => {
    const found = [...left].find(({ toolUseId }) => toolUseId === id);
    if (found !== undefined) left.delete(found);
    return found;
  };
  const named = calls.map((call) => take(clientId(call)));
  const answered = calls.map((call, index) => ({ call, result: named[index] ?? take("") }));
  return { answered, orphans: [...left] };
}

/** Stands for a result that is missing: a call without one is refused by every upstream. */
export function missingResult(toolUseId: string): ToolResultBlock {
  return {
    type: "tool_result",
    toolUseId,
    content: [{ type: "text", text: "[tool result missing]" }],
    isError: true,
  };
}

/** What goes before a result whose call was cut from the conversation: it can only be told as text. */
export function orphanHeading({ isError }: ToolResultBlock): string {
  return isError ? "[error of an earlier tool call]" : "[result of an earlier tool call]";
}
