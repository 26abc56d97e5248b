import type { Effort } from "../../../canonical/index.ts";

/** The levels that a model knows, each with its spelling there: `{ none: "none", medium: "default" }`. */
export type EffortLevels = Readonly<Partial<Record<Effort, string>>>;

/** How a model is asked to reason, by the member that says it. */
export type ReasoningKnob =
  /** There is no way, or it always does. */
  | { readonly by: "nothing" }
  /** `adaptive` is the level for "as much as you see fit"; undefined: nothing is said. */
  | {
      readonly by: "reasoning_effort";
      readonly levels: EffortLevels;
      readonly adaptive: Effort | undefined;
    }
  /** OpenRouter and its like: `reasoning: { effort | max_tokens | enabled }`. */
  | { readonly by: "reasoning"; readonly levels: EffortLevels; readonly takesBudget: boolean }
  /** Qwen: `enable_thinking` and `thinking_budget`; local servers hand them to the chat template. */
  | {
      readonly by: "enable_thinking";
      readonly place: "body" | "chat_template_kwargs";
      readonly takesBudget: boolean;
    }
  /** Z.ai, Moonshot, DeepSeek: `thinking: { type }`, with `reasoning_effort` where levels are known. */
  | { readonly by: "thinking"; readonly levels: EffortLevels };

/** What of its reasoning a model wants back in the history. */
export type ReasoningEcho =
  | { readonly form: "nothing" }
  /** The text, in the member that the answers have it in. */
  | {
      readonly form: "text";
      readonly field: "reasoning_content" | "reasoning";
      readonly turns: "with_tool_calls" | "all";
      /** Where a turn has none, but the member is required; undefined: it is left out. */
      readonly placeholder: string | undefined;
    }
  /** The `reasoning_details` as they came; their JSON is the signature of a thinking block. */
  | { readonly form: "details" };
