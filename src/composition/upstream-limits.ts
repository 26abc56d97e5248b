import type { Config } from "../config/schema.ts";
import type { Deployment } from "../routing/deployment.ts";
import type { UpstreamLimits } from "../routing/queue/index.ts";
import type { ProviderDefinition } from "../upstream/providers/provider.ts";

/** What an upstream takes from one credential; undefined where the configuration limits nothing. */
export function toUpstreamLimits(
  limits: Config["anthropic"]["limits"],
): UpstreamLimits | undefined {
  const { wait, queue, pace, ...speed } = limits;
  const isLimited = Object.values(speed).some((limit) => limit !== undefined);
  return isLimited ? { ...speed, queue, pace, waitMs: wait } : undefined;
}

/** As the schema has them where nothing is said. */
const USUAL = { queue: 1_000, pace: true, waitMs: 30_000 } as const;

/** What free models are limited to, in a queue of their own; undefined where a provider has none. */
export function toFreeLimits(
  { freeModels }: Pick<ProviderDefinition, "freeModels">,
  entry: Pick<Config["providers"][string], "limits" | "freePerDay"> | undefined,
  id: string,
): Deployment["limitsFor"] {
  if (freeModels === undefined) return undefined;
  const { isFree, requestsPerMinute } = freeModels;
  const usual = (entry && toUpstreamLimits(entry.limits)) ?? USUAL;
  const own = "requestsPerMinute" in usual ? usual.requestsPerMinute : undefined;
  const limits: UpstreamLimits = {
    ...usual,
    requestsPerMinute: Math.min(requestsPerMinute, own ?? requestsPerMinute),
    requestsPerDay: entry?.freePerDay,
  };
  return (model) => (isFree(model) ? { provider: `${id} free`, limits } : undefined);
}
