import type { Block } from "./blocks.ts";

export type StopReason =
  | "end_turn"
  | "tool_use"
  | "max_tokens"
  | "stop_sequence"
  | "refusal"
  | "pause_turn"
  | "model_context_window_exceeded";

/** Tokens of one answer; undefined is unknown, never zero. */
export interface TokenUsage {
  /** Neither read from nor written to a cache. */
  readonly input?: number | undefined;
  readonly cacheRead?: number | undefined;
  readonly cacheWrite5m?: number | undefined;
  readonly cacheWrite1h?: number | undefined;
  /** With thinking. */
  readonly output?: number | undefined;
  /** Part of the output. */
  readonly reasoning?: number | undefined;
  /** Searches that were run here, at nobody's price for the model. */
  readonly webSearches?: number | undefined;
  /** In the upstream's word, where it is not the usual one: it may have another price. */
  readonly serviceTier?: string | undefined;
}

/** A whole answer. */
export interface Message {
  /** The upstream's own id. */
  readonly id: string;
  /** As the upstream calls it. */
  readonly model: string;
  readonly content: readonly Block[];
  readonly stopReason: StopReason;
  readonly stopSequence?: string | undefined;
  /** Undefined: the upstream told none. */
  readonly usage?: TokenUsage | undefined;
}
