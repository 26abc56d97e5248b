import type {
  Block,
  DocumentBlock,
  ImageBlock,
  TextBlock,
  ThinkingBlock,
  ToolResultBlock,
  ToolUseBlock,
  Turn,
} from "../../../canonical/index.ts";
import { joinTurns } from "../shared/join-turns.ts";
import type { Lose } from "../shared/losses.ts";
import { writeOpaque } from "../shared/opaque-text.ts";
import { asReminder } from "../shared/system-text.ts";

export type SaidBlock = TextBlock | ImageBlock | DocumentBlock;

export interface UserPlan {
  readonly role: "user";
  readonly results: readonly ToolResultBlock[];
  readonly said: readonly SaidBlock[];
}

export interface AssistantPlan {
  readonly role: "assistant";
  readonly thinking: readonly ThinkingBlock[];
  readonly texts: readonly TextBlock[];
  readonly calls: readonly ToolUseBlock[];
}

export type TurnPlan = UserPlan | AssistantPlan;

/**
 * Sorts the blocks of each turn by where they go in this format, and makes user and assistant alternate. A system turn becomes
 * part of the user turn where it stands: at the top it would change the cached beginning of every later request, and many
 * chat templates know a system message only there.
 */
export function planTurns(
  turns: readonly Turn[],
  options: { readonly keepThinking: boolean },
  lose: Lose,
): readonly TurnPlan[] {
  const plans = turns.map((turn) =>
    turn.role === "assistant" ? planAssistant(turn, options, lose) : planUser(turn, lose),
  );
  const merged = merge(plans.filter((plan) => !isEmpty(plan)));
  const isThinkingAlone = (plan: TurnPlan): boolean =>
    plan.role === "assistant" && plan.texts.length + plan.calls.length === 0;
  if (!merged.some(isThinkingAlone)) return merged;
  // A message must say something; an answer that broke off while it was thinking does not.
  lose("content[].thinking");
  return merge(merged.filter((plan) => !isThinkingAlone(plan)));
}

function merge(plans: readonly TurnPlan[]): readonly TurnPlan[] {
  return joinTurns(plans, (last, plan) => {
    if (last.role === "user") return plan.role === "user" ? joinUsers(last, plan) : undefined;
    return plan.role === "assistant" ? joinAssistants(last, plan) : undefined;
  });
}

function planUser(turn: Turn, lose: Lose): UserPlan {
  const results: ToolResultBlock[] = [];
  const said: SaidBlock[] = [];
  for (const block of turn.content) {
    if (block.type === "tool_result") results.push(block);
    else if (block.type === "image" || block.type === "document") said.push(block);
    else said.push(...textsOf(block, lose));
  }
  if (turn.role === "user") return { role: "user", results, said };
  return { role: "user", results, said: said.map(reminderOf) };
}

function planAssistant(
  turn: Turn,
  options: { readonly keepThinking: boolean },
  lose: Lose,
): AssistantPlan {
  const thinking: ThinkingBlock[] = [];
  const texts: TextBlock[] = [];
  const calls: ToolUseBlock[] = [];
  for (const block of turn.content) {
    if (block.type === "tool_use") calls.push(block);
    else if (block.type === "thinking" && options.keepThinking) thinking.push(block);
    else texts.push(...textsOf(block, lose));
  }
  return { role: "assistant", thinking, texts, calls };
}

/** A block as text, where it has any; what is lost of it is noted. */
export function textsOf(block: Block, lose: Lose): readonly TextBlock[] {
  switch (block.type) {
    case "text":
      return block.text.trim() === "" ? [] : [block];
    case "thinking":
    case "redacted_thinking":
      lose(`content[].${block.type}`);
      return [];
    case "opaque": {
      const text = writeOpaque(block, lose);
      return text === undefined ? [] : [{ type: "text", text }];
    }
    default:
      lose(`content[].${block.type}`);
      return [{ type: "text", text: `[${block.type} omitted]` }];
  }
}

function reminderOf(block: SaidBlock): SaidBlock {
  return block.type === "text" ? { ...block, text: asReminder(block.text) } : block;
}

function isEmpty(plan: TurnPlan): boolean {
  return plan.role === "user"
    ? plan.results.length + plan.said.length === 0
    : plan.thinking.length + plan.texts.length + plan.calls.length === 0;
}

function joinUsers(first: UserPlan, second: UserPlan): UserPlan {
  return {
    role: "user",
    results: [...first.results, ...second.results],
    said: [...first.said, ...second.said],
  };
}

function joinAssistants(first: AssistantPlan, second: AssistantPlan): AssistantPlan {
  return {
    role: "assistant",
    thinking: [...first.thinking, ...second.thinking],
    texts: [...first.texts, ...second.texts],
    calls: [...first.calls, ...second.calls],
  };
}
