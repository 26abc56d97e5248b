/** How one of several targets is chosen. */
export const STRATEGIES = ["priority", "weighted", "price", "latency", "round_robin"] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** A place that a name stands for. */
export interface Target {
  /** As a client would write it: `claude-opus-4-8`, `groq/llama-4`. */
  readonly model: string;
  /** The caller's own subscription, or a stored key; undefined: whoever pays today. */
  readonly pays?: "session" | "key" | undefined;
  /** Its share among the others, whatever they add up to. */
  readonly weight?: number | undefined;
  /** The one key that may pay, by its name. */
  readonly key?: string | undefined;
}

/** Targets of which one is chosen; the others are tried after it. */
export interface Stage {
  /** The virtual model, for counting its turns; a chain's member by its own name. */
  readonly name: string;
  readonly strategy: Strategy;
  readonly targets: readonly Target[];
}
