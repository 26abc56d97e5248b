import type { Config } from "../config/schema.ts";
import type { UpstreamLimits } from "../routing/queue/index.ts";

/** What an upstream takes from one credential; undefined where the configuration limits nothing. */
export function toUpstreamLimits(
  limits: Config["anthropic"]["limits"],
): UpstreamLimits | undefined {
  const { wait, queue, pace, ...speed } = limits;
  const isLimited = Object.values(speed).some((limit) => limit !== undefined);
  return isLimited ? { ...speed, queue, pace, waitMs: wait } : undefined;
}
