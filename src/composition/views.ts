import type { Clock } from "../base/clock.ts";
import type { Secret } from "../base/secret.ts";
import { type IdentityContext, identify } from "../identity/principal.ts";
import type { HouseViews, KeyCheck } from "../ingress/self-service/views.ts";
import type { ExchangeStore } from "../store/contract.ts";
import { anthropic } from "../upstream/providers/anthropic/index.ts";
import type { Generation } from "./generation.ts";
import type { State } from "./state.ts";

/** What the own endpoints look at, apart from the process that answers. */
export type KeptViews = Omit<HouseViews, "ready" | "metrics" | "status" | "sessionCost">;

export interface KeptOptions {
  readonly store: ExchangeStore;
  readonly state: State;
  readonly identity: IdentityContext;
  readonly clock: Clock;
  /** The configuration in force. */
  readonly current: () => Generation;
  /** Of the providers beside Anthropic. */
  readonly providers: readonly string[];
  readonly verify: (provider: string, key: Secret) => Promise<KeyCheck>;
  readonly models: KeptViews["models"];
  readonly catalogue: KeptViews["catalogue"];
  readonly describe: KeptViews["describe"];
  readonly explain: KeptViews["explain"];
}

/** The same for a server and for a command that does without one. */
export function keptViews(options: KeptOptions): KeptViews {
  const { store, state, identity, clock, current, verify } = options;
  const { models, catalogue, describe, explain } = options;
  return {
    reader: store.reader,
    localPrincipal: identity.localPrincipal,
    keys: state.keys,
    vault: state.vault,
    budgets: state.budgets,
    now: clock.now,
    identify: (headers) => identify(headers, identity),
    providers: [anthropic.id, ...options.providers],
    verify,
    models,
    catalogue,
    describe,
    explain,
    picker: () => current().settings.models.picker,
    pay: () => current().settings.pay,
    redirectsTo: () => current().settings.dispatch?.to,
    quota: () => state.quota.snapshot(),
    display: () => {
      const { code, rate } = current().settings.currency;
      return { currency: code, rate };
    },
    timeZone: () => current().config.timeZone,
  };
}
