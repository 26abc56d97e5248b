import type { Observation } from "../upstream/dialects/anthropic/index.ts";
import { estimateUsage } from "./estimate.ts";
import type { Usage } from "./units.ts";
import { toUsage } from "./usage.ts";

/** How far a usage can be trusted: `none` means that nothing was consumed. */
export type UsageSource = "provider" | "estimated" | "unknown" | "none";

export interface Metered {
  /** Undefined exactly when the source is `unknown` or `none`. */
  readonly usage: Usage | undefined;
  readonly source: UsageSource;
}

export interface MeterContext {
  readonly requestedModel?: string | undefined;
  /** The upstream's HTTP status. */
  readonly status?: number | undefined;
}

/**
 * Decides what one observed answer of an inference call consumed.
 *
 * An error that came before any message, and a token count, consumed nothing. An answer that could not be read is unknown.
 */
export function meter(observation: Observation, context: MeterContext): Metered {
  const models = { served: observation.servedModel, requested: context.requestedModel };
  if (observation.usageComplete && observation.usage !== undefined) {
    const usage = toUsage(observation.usage, models);
    if (usage !== undefined) return { usage, source: "provider" };
  }
  const usage = estimateUsage(observation, models);
  if (usage !== undefined) return { usage, source: "estimated" };
  const isCount = observation.inputTokensCounted !== undefined;
  const isError = observation.errorType !== undefined || (context.status ?? 0) >= 400;
  const isFree = isCount || (isError && !observation.sawMessageStart);
  return { usage: undefined, source: isFree ? "none" : "unknown" };
}
