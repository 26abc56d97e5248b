import assert from "node:assert/strict";
import type { Clock } from "../../../src/base/clock.ts";
import { ok } from "../../../src/base/result.ts";
import { Secret } from "../../../src/base/secret.ts";
import { openDeployment } from "../../../src/composition/deployment.ts";
import { toGeneration } from "../../../src/composition/generation.ts";
import { openProviders } from "../../../src/composition/providers.ts";
import { CONFIG_FILE, testInputs } from "../../../src/config/inputs.fixture.ts";
import { loadConfig } from "../../../src/config/load.ts";
import type { Config } from "../../../src/config/schema.ts";
import { ActiveExchanges } from "../../../src/exchange/active.ts";
import { FirstSpills } from "../../../src/exchange/attempt/first-spills.ts";
import { ForeignProofs } from "../../../src/exchange/attempt/foreign-proofs.ts";
import type { ExchangeSettings, House } from "../../../src/exchange/house.ts";
import { LearnedRefusals } from "../../../src/exchange/hub/amend/learned-refusals.ts";
import { ProviderLists } from "../../../src/exchange/models/provider-lists.ts";
import { HeldBytes } from "../../../src/exchange/request/body.ts";
import { deriveKey } from "../../../src/identity/derive-key.ts";
import { KeyRing } from "../../../src/identity/keys/index.ts";
import { ExchangeMetrics } from "../../../src/observe/metrics.ts";
import { SessionCosts } from "../../../src/observe/session-costs.ts";
import { BudgetGate } from "../../../src/policy/budget/index.ts";
import { LocalRates } from "../../../src/policy/rate-limit/index.ts";
import { FullSessions } from "../../../src/quota/full-sessions.ts";
import { openQuota } from "../../../src/quota/open.ts";
import { WarmPlaces } from "../../../src/routing/affinity/warm-places.ts";
import type { RetryBudget } from "../../../src/routing/failure/retry-budget.ts";
import { Health, type Placed, type Trial } from "../../../src/routing/health/health.ts";
import { UpstreamQueues } from "../../../src/routing/queue/index.ts";
import { Latencies } from "../../../src/routing/strategies/latencies.ts";
import { Turns } from "../../../src/routing/strategies/turns.ts";
import type { ExchangeStore } from "../../../src/store/contract.ts";
import type { Transport } from "../../../src/upstream/transport/contract.ts";
import type { DrawnConfig } from "./scenario.ts";
import { LOCAL, OWNED, secretOf } from "./scenario.ts";

const INSTALL_KEY = new Secret("k".repeat(64));
const ENV = Object.fromEntries(OWNED.map((key) => [key.variable, secretOf(key)]));

/** One generation of settings, and what the simulation knows of it. */
export interface Generation {
  readonly drawn: DrawnConfig;
  readonly config: Config;
  readonly settings: ExchangeSettings;
}

export async function toSimulated(drawn: DrawnConfig): Promise<Generation> {
  const files = { [CONFIG_FILE]: JSON.stringify(drawn.file) };
  const loaded = await loadConfig(testInputs(files, { env: ENV }));
  assert.ok(loaded.ok, loaded.ok ? "" : JSON.stringify(loaded.error));
  const { config } = loaded.value;
  const generation = toGeneration(config, ENV);
  assert.ok(generation.ok, generation.ok ? "" : generation.error);
  return { drawn, config, settings: generation.value.settings };
}

export interface Outside {
  readonly clock: Clock;
  readonly random: () => number;
  readonly store: ExchangeStore;
  readonly transportTo: (origin: string) => Transport;
  readonly log: House["log"];
  readonly retryBudget: RetryBudget;
  /** Something is sent to a deployment, named `provider/model`, that everybody leaves alone. */
  readonly onForced: (name: string) => void;
  /** Somebody heard that everybody leaves a deployment alone by now. */
  readonly onOpen: () => void;
  readonly settings: () => ExchangeSettings;
}

class WatchedHealth extends Health {
  readonly #told: Pick<Outside, "onForced" | "onOpen">;

  constructor(outside: Outside) {
    super(outside.clock, outside.random, () => outside.settings().failures.health);
    this.#told = outside;
  }

  override begin(placed: Placed): Trial {
    if (this.fitness(placed)?.use === "off") {
      this.#told.onForced(`${placed.candidate.deployment.provider}/${placed.model}`);
    }
    return super.begin(placed);
  }

  override isOpen(placed: Placed): boolean {
    const isOpen = super.isOpen(placed);
    if (isOpen) this.#told.onOpen();
    return isOpen;
  }
}

/** The house as the gateway builds it, on a clock, a store and ways to upstreams that are made up. */
export async function openHouse(
  first: Generation,
  outside: Outside,
): Promise<House & { readonly keys: KeyRing }> {
  const { clock, random, store, log, transportTo, retryBudget, settings } = outside;
  const openWay = (origin: string) => ok(transportTo(origin));
  const deployment = openDeployment(first.config, openWay);
  assert.ok(deployment.ok);
  const surroundings = { env: ENV, homeDir: "/people/me", clock, openWay };
  const providers = await openProviders(first.config, surroundings);
  assert.ok(providers.ok);
  const keys = new KeyRing({
    records: [],
    installKey: INSTALL_KEY,
    now: clock.now,
    save: async () => ok(undefined),
  });
  const active = new ActiveExchanges();
  const held = new HeldBytes();
  const after = (ms: number, call: () => void) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  };
  const queues = new UpstreamQueues({ nowMs: clock.monotonicMs, after });
  const health = new WatchedHealth(outside);
  const quota = openQuota({
    statusFile: undefined,
    directories: [],
    timeZone: "UTC",
    now: clock.now,
    kept: [],
    keep: () => {},
    notices: {},
    onFileError: () => {},
  });
  return {
    keys,
    clock,
    identity: {
      localPrincipal: LOCAL,
      installKey: INSTALL_KEY,
      keys,
      authRequired: () => settings().authRequired,
    },
    vault: { find: () => undefined, list: () => [] },
    budgets: new BudgetGate({ balances: new Map(), requests: new Map(), at: clock.now() }),
    rates: new LocalRates(clock.monotonicMs),
    fullSessions: new FullSessions(),
    redirects: { check: () => undefined, keep: () => {} },
    provenance: deriveKey(INSTALL_KEY, "spillway thinking"),
    foreign: new ForeignProofs(),
    learned: new LearnedRefusals(clock.monotonicMs),
    firstSpills: new FirstSpills(),
    deployment: deployment.value,
    providers: providers.value,
    search: undefined,
    providerLists: new ProviderLists({ monotonicMs: clock.monotonicMs }),
    latencies: new Latencies(),
    warm: new WarmPlaces(),
    turns: new Turns(),
    store,
    quota: quota.watch,
    directories: undefined,
    health,
    retryBudget,
    random,
    metrics: new ExchangeMetrics({
      openStreams: () => active.count,
      heldBytes: () => held.used,
      queued: () => queues.waiting,
      repeating: () => retryBudget.repeating,
      unfit: () => [],
      loopDelayP99Seconds: () => 0,
    }),
    sessions: new SessionCosts(async () => []),
    log,
    queues,
    active,
    held,
    settings,
  };
}
