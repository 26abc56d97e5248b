import type { Clock } from "../base/clock.ts";
import type { IdentityContext } from "../identity/principal.ts";
import type { Catalogue, DisplayCurrency } from "../metering/index.ts";
import type { ExchangeLog } from "../observe/exchange-log.ts";
import type { ExchangeMetrics } from "../observe/metrics.ts";
import type { QuotaWatch } from "../quota/watch.ts";
import type { Deployment } from "../routing/route.ts";
import type { ExchangeStore } from "../store/contract.ts";
import type { ActiveExchanges } from "./active.ts";
import type { BodyLimits, HeldBytes } from "./body.ts";

/** Settings of one configuration generation; an exchange keeps the one it began with. */
export interface ExchangeSettings {
  readonly limits: BodyLimits;
  readonly abortedReadMs: number;
  readonly catalogue: Catalogue;
  readonly currency: DisplayCurrency;
}

/** What every exchange works with. Built once by `gateway.ts`. */
export interface House {
  readonly clock: Clock;
  readonly identity: IdentityContext;
  readonly deployment: Deployment;
  readonly store: ExchangeStore;
  readonly quota: QuotaWatch;
  readonly metrics: ExchangeMetrics;
  readonly log: ExchangeLog;
  readonly active: ActiveExchanges;
  readonly held: HeldBytes;
  /** The current generation. */
  settings(): ExchangeSettings;
}
