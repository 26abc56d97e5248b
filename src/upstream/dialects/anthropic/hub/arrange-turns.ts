import type { Block, Turn } from "../../../../canonical/index.ts";
import { joinTurns } from "../../shared/join-turns.ts";
import { asReminder } from "../../shared/system-text.ts";
import { pairResults } from "./pair-results.ts";
import type { Writing } from "./traits.ts";

/** The API wants the user to speak first; compaction in other dialects leaves an assistant's turn in front. */
const OPENING: Turn = {
  role: "user",
  content: [{ type: "text", text: "[the beginning of the conversation was left out]" }],
};

/** Turns in the order and shape that the API takes; nothing that both sides can carry is changed. */
export function arrangeTurns(turns: readonly Turn[], writing: Writing): readonly Turn[] {
  const sendable = turns
    .map((turn) => ({ ...turn, content: sendableBlocks(turn.content, writing) }))
    .filter(({ content }) => content.length > 0);
  const placed = writing.traits.hasSystemTurns ? sendable : sendable.map(foldSystemTurn);
  const paired = mergeTurns(pairResults(mergeTurns(placed)));
  const arranged = writing.isOwn ? paired : mergeTurns(foldMisplaced(paired));
  const first = arranged.find(({ role }) => role !== "system");
  return first?.role === "assistant" ? [OPENING, ...arranged] : arranged;
}

function sendableBlocks(blocks: readonly Block[], writing: Writing): readonly Block[] {
  return blocks
    .filter((block) => canSend(block, writing))
    .map((block) =>
      block.type === "tool_result"
        ? { ...block, content: sendableBlocks(block.content, writing) }
        : block,
    );
}

/** The API refuses text without a letter in it, and thinking that nobody signed. */
function canSend(block: Block, writing: Writing): boolean {
  if (block.type === "text") return block.text.trim() !== "";
  if (block.type !== "thinking" || block.signature) return true;
  writing.lose("content[].thinking");
  return false;
}

/**
 * The API takes a system turn, of text alone, right behind the user's and before the assistant's or at the end; anywhere else
 * it is a 400.
 * @source https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages (read 2026-11-25)
 */
function foldMisplaced(turns: readonly Turn[]): readonly Turn[] {
  return turns.map((turn, at) => {
    if (turn.role !== "system") return turn;
    // A system turn in front of another one becomes the user's.
    const before = turns[at - 1]?.role ?? "assistant";
    const behind = turns[at + 1]?.role ?? "assistant";
    const isText = turn.content.every(({ type }) => type === "text");
    const isInPlace = before !== "assistant" && behind === "assistant" && isText;
    return isInPlace ? turn : foldSystemTurn(turn);
  });
}

/** In place, and never to the top: that would rewrite the cached beginning of every later request. */
function foldSystemTurn(turn: Turn): Turn {
  if (turn.role !== "system") return turn;
  const content = turn.content.map(
    (block): Block => (block.type === "text" ? { ...block, text: asReminder(block.text) } : block),
  );
  return { role: "user", content };
}

/** Turns of one role in a row become one; what the client said of a single turn keeps it apart. */
function mergeTurns(turns: readonly Turn[]): readonly Turn[] {
  return joinTurns(turns, (last, turn) => {
    const isSame = last.role === turn.role && turn.role !== "system";
    if (!isSame || last.extra || turn.extra) return undefined;
    return { ...last, content: [...last.content, ...turn.content] };
  });
}
