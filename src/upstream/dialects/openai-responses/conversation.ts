import type {
  Block,
  TextBlock,
  ToolResultBlock,
  ToolUseBlock,
  Turn,
} from "../../../canonical/index.ts";
import { joinTurns } from "../shared/join-turns.ts";
import type { Lose } from "../shared/losses.ts";
import { asReminder } from "../shared/system-text.ts";
import { UniqueIds } from "../shared/unique-ids.ts";
import { repairCalls } from "./repair-calls.ts";

/** A turn of a conversation in which every call is answered by the turn behind it, in the order of the calls. */
export type Step =
  | { readonly role: "assistant"; readonly content: readonly Block[] }
  | {
      readonly role: "user";
      readonly results: readonly ToolResultBlock[];
      /** What stands behind the results. */
      readonly content: readonly Block[];
    };

interface PlainTurn {
  readonly role: "user" | "assistant";
  readonly content: readonly Block[];
}

/**
 * Brings the turns into the order that upstreams insist on: no two turns of one side in a row, system text within the
 * user turn beside it, and calls with their results, whatever a compaction left of them. Ids are unique afterwards.
 */
export function toSteps(turns: readonly Turn[], lose: Lose): readonly Step[] {
  const steps: Step[] = [];
  const ids = new CallIds();
  let calls: readonly ToolUseBlock[] = [];
  for (const turn of mergeTurns(turns)) {
    if (turn.role === "user") {
      steps.push(answer(calls, turn.content, lose));
      calls = [];
      continue;
    }
    const content = turn.content.map((block) => ids.rename(block));
    calls = content.filter((block) => block.type === "tool_use");
    steps.push({ role: "assistant", content });
  }
  if (calls.length > 0) steps.push(answer(calls, [], lose));
  return steps;

  function answer(open: readonly ToolUseBlock[], content: readonly Block[], report: Lose): Step {
    const repaired = repairCalls(open, content, (id) => ids.originalOf(id), report);
    return { role: "user", ...repaired };
  }
}

function mergeTurns(turns: readonly Turn[]): readonly PlainTurn[] {
  const plain = turns.map(
    (turn): PlainTurn => (turn.role === "system" ? folded(turn) : { ...turn, role: turn.role }),
  );
  return joinTurns(
    plain.filter(({ content }) => content.length > 0),
    (last, turn) =>
      last.role === turn.role
        ? { ...last, content: [...last.content, ...turn.content] }
        : undefined,
  );
}

function folded(turn: Turn): PlainTurn {
  const texts = turn.content.filter((block): block is TextBlock => block.type === "text");
  const text = texts.map((block) => block.text).join("\n\n");
  return { role: "user", content: text === "" ? [] : [{ type: "text", text: asReminder(text) }] };
}

/** Ids that are unique, and what the client calls them. */
class CallIds {
  readonly #ids = new UniqueIds((id) => id);
  readonly #originals = new Map<string, string>();

  rename(block: Block): Block {
    if (block.type !== "tool_use") return block;
    const id = this.#ids.assign(block.id);
    this.#originals.set(id, block.id);
    return id === block.id ? block : { ...block, id };
  }

  originalOf(id: string): string {
    return this.#originals.get(id) ?? id;
  }
}
