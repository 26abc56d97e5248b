import type { Block, ToolResultBlock, ToolUseBlock, Turn } from "../../../../canonical/index.ts";
import { missingResult } from "../../shared/tool-results.ts";
import { UniqueIds } from "../../shared/unique-ids.ts";

const ORPHAN_NOTE = "[result of a tool call that is no longer part of the conversation]";

interface Call {
  /** As the client calls it. */
  readonly id: string;
  readonly sentId: string;
}

/**
 * Puts the results of each turn's calls where the API looks for them: first in the very next user turn.
 *
 * A call that has no result gets one that says so; a result without its call becomes text. Either would be refused, and
 * both are left behind when clients compact a conversation.
 */
export function pairResults(turns: readonly Turn[]): readonly Turn[] {
  const ids = new UniqueIds(fitId);
  const paired: Turn[] = [];
  let open: readonly Call[] = [];
  /** Where the results of the open calls go: right behind them, before a system turn that came between. */
  let openAt = 0;
  const settle = (turn: Turn): void => {
    const answered = answer(turn, open);
    open = [];
    if (answered.content.length > 0) paired.splice(openAt, 0, answered);
  };
  for (const turn of turns) {
    if (turn.role === "user") {
      if (open.length === 0) openAt = paired.length;
      settle(turn);
    } else if (turn.role === "assistant") {
      if (open.length > 0) settle({ role: "user", content: [] });
      const named = nameCalls(turn, ids);
      paired.push(named.turn);
      open = named.calls;
      openAt = paired.length;
    } else {
      paired.push(turn);
    }
  }
  if (open.length > 0) settle({ role: "user", content: [] });
  return paired;
}

function nameCalls(
  turn: Turn,
  ids: UniqueIds,
): { readonly turn: Turn; readonly calls: readonly Call[] } {
  const calls: Call[] = [];
  const content = turn.content.map((block): Block => {
    if (block.type !== "tool_use") return block;
    const sentId = ids.assign(block.id);
    calls.push({ id: block.id, sentId });
    return sentId === block.id ? block : { ...block, id: sentId };
  });
  return { turn: { ...turn, content: callsLast(content) }, calls };
}

/** Text behind a call hides the call's results from the API; anything else keeps its order. */
function callsLast(content: readonly Block[]): readonly Block[] {
  const firstCall = content.findIndex(isCall);
  const isTextBehind =
    firstCall >= 0 && content.slice(firstCall).some((block) => block.type === "text");
  if (!isTextBehind) return content;
  return [...content.filter((block) => !isCall(block)), ...content.filter(isCall)];
}

function isCall(block: Block): block is ToolUseBlock {
  return block.type === "tool_use";
}

function answer(turn: Turn, calls: readonly Call[]): Turn {
  const waiting = [...calls];
  const results: ToolResultBlock[] = [];
  const others: Block[] = [];
  for (const block of turn.content) {
    const index =
      block.type === "tool_result" ? waiting.findIndex(({ id }) => id === block.toolUseId) : -1;
    const [call] = index < 0 ? [] : waiting.splice(index, 1);
    if (block.type !== "tool_result") others.push(block);
    else if (call === undefined) others.push(...asText(block));
    else results.push({ ...block, toolUseId: call.sentId });
  }
  return {
    ...turn,
    content: [...results, ...waiting.map(({ sentId }) => missingResult(sentId)), ...others],
  };
}

/** An id of the characters that the API takes: others write names with dots. */
function fitId(id: string): string {
  return id.replace(/[^a-zA-Z0-9_-]/g, "_") || "call";
}

function asText(result: ToolResultBlock): readonly Block[] {
  return [{ type: "text", text: ORPHAN_NOTE }, ...result.content];
}
