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
import { joinTurns } from "./join-turns.ts";
import type { Lose } from "./losses.ts";
import { writeOpaque } from "./opaque-text.ts";
import { pairResults } from "./pair-results.ts";
import { asReminder } from "./system-text.ts";

export type UserBlock = TextBlock | ImageBlock | DocumentBlock;

export interface ModelStep {
  readonly role: "model";
  readonly blocks: readonly (UserBlock | ThinkingBlock | ToolUseBlock)[];
}

export interface UserStep {
  readonly role: "user";
  /** One for each call of the step before, in the calls' order. */
  readonly results: readonly { readonly call: ToolUseBlock; readonly result: ToolResultBlock }[];
  readonly blocks: readonly UserBlock[];
}

/** A step whose results have not been matched with calls. */
export interface RawStep {
  readonly role: "user" | "model";
  readonly blocks: readonly (UserBlock | ThinkingBlock | ToolUseBlock | ToolResultBlock)[];
}

const PICK_UP = "Go on with your last reply from exactly where it ends.";

/**
 * The turns as some upstreams want them: user and model strictly in turn, from user to user, every call answered in the next step.
 *
 * System turns stay where they are, as text of the user; empty text and thinking without a signature are left out.
 */
export function toSteps(turns: readonly Turn[], lose: Lose): readonly (UserStep | ModelStep)[] {
  const steps = merge(turns.map((turn) => rawStep(turn, lose)));
  if (steps.length === 0) return [];
  if (steps[0]?.role === "model") steps.unshift(userText("…"));
  const paired = pairResults(steps);
  if (paired.at(-1)?.role === "user") return paired;
  lose("prefill");
  return [...paired, { role: "user", results: [], blocks: [{ type: "text", text: PICK_UP }] }];
}

function rawStep({ role, content }: Turn, lose: Lose): RawStep {
  const blocks = content.flatMap((block) => usable(block, lose));
  if (role === "assistant") return { role: "model", blocks: blocks.filter(isNoResult) };
  if (role === "user") return { role, blocks: blocks.filter(isUsers) };
  const text = blocks.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n\n");
  return text === "" ? { role: "user", blocks: [] } : userText(asReminder(text));
}

function usable(block: Block, lose: Lose): RawStep["blocks"] {
  switch (block.type) {
    case "text":
      return block.text === "" ? [] : [block];
    case "thinking":
      if (block.signature === undefined) lose("content[].thinking");
      return block.signature === undefined || block.signature === "" ? [] : [block];
    case "redacted_thinking":
      lose("content[].redacted_thinking");
      return [];
    case "opaque": {
      const text = writeOpaque(block, lose);
      return text === undefined ? [] : [{ type: "text", text }];
    }
    default:
      return [block];
  }
}

function merge(steps: readonly RawStep[]): RawStep[] {
  return joinTurns(
    steps.filter(({ blocks }) => blocks.length > 0),
    (last, step) =>
      last.role === step.role ? { ...last, blocks: [...last.blocks, ...step.blocks] } : undefined,
  );
}

function isNoResult(block: RawStep["blocks"][number]): boolean {
  return block.type !== "tool_result";
}

function isUsers(block: RawStep["blocks"][number]): boolean {
  return block.type !== "tool_use" && block.type !== "thinking";
}

function userText(text: string): RawStep {
  return { role: "user", blocks: [{ type: "text", text }] };
}
