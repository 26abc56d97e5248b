import type { JsonObject } from "../../canonical/index.ts";

/** Where a call is told: as the client declared its tools, in `tool_calls` or in the older `function_call`. */
export type CallForm = "tool_calls" | "function_call";

/** A piece of a call; the first has the id and the name. */
export interface CallDelta {
  /** Counts the calls alone, whatever stands between them. */
  readonly index: number;
  readonly id?: string;
  readonly type?: "function";
  readonly function: { readonly name?: string; readonly arguments: string };
  readonly extra_content?: JsonObject;
}

/** What one chunk adds to the message. */
export interface AnswerDelta {
  readonly content?: string;
  readonly reasoning_content?: string;
  readonly reasoning_details?: readonly JsonObject[];
  readonly tool_calls?: readonly CallDelta[];
  readonly function_call?: CallDelta["function"];
}

/** Between texts that something else stood between: they were not one text. */
export const PARAGRAPH = "\n\n";
