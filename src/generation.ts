import { fail, ok, type Result } from "./base/result.ts";
import type { Config } from "./config/schema.ts";
import type { ExchangeSettings } from "./exchange/house.ts";
import { allowedHosts, type GuardPolicy } from "./listener/guard.ts";
import { makeCatalogue, toDisplayCurrency } from "./metering/index.ts";

/** The parts of a configuration that change while running. */
export interface Generation {
  readonly config: Config;
  readonly settings: ExchangeSettings;
  readonly policy: GuardPolicy;
}

/** Builds what follows from a configuration; fails with what is wrong in it, and nothing has changed then. */
export function toGeneration(config: Config): Result<Generation, string> {
  const catalogue = makeCatalogue(config.prices);
  if (!catalogue.ok) return fail(`prices: ${catalogue.error}`);
  const currency = toDisplayCurrency(config.currency);
  if (!currency.ok) return fail(`currency: ${currency.error}`);
  return ok({
    config,
    settings: {
      limits: { bodyBytes: config.limits.body, heldBytes: config.limits.heldBytes },
      abortedReadMs: config.timeouts.abortedRead,
      catalogue: catalogue.value,
      currency: currency.value,
    },
    policy: {
      hosts: allowedHosts(config.listener.bind, config.listener.hosts),
      maxHeaderFields: config.limits.headers,
    },
  });
}
