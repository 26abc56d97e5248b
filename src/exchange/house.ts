import type { KeyObject } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import type { Secret } from "../base/secret.ts";
import type { IdentityContext } from "../identity/principal.ts";
import type { Catalogue, DisplayCurrency } from "../metering/index.ts";
import type { ExchangeLog } from "../observe/exchange-log.ts";
import type { ExchangeMetrics } from "../observe/metrics.ts";
import type { SessionCosts } from "../observe/session-costs.ts";
import type { BudgetGate } from "../policy/budget/index.ts";
import type { RateLimits } from "../policy/rate-limit/index.ts";
import type { DataPolicy, Endpoint } from "../policy/residency/index.ts";
import type { AccountDirectories } from "../quota/account-directories.ts";
import type { FullSessions } from "../quota/full-sessions.ts";
import type { SessionOwner } from "../quota/owner.ts";
import type { Redirected } from "../quota/redirects.ts";
import type { QuotaWatch } from "../quota/watch.ts";
import type { WarmPlaces } from "../routing/affinity/warm-places.ts";
import type { Deployment } from "../routing/deployment.ts";
import type { Tier } from "../routing/dispatch.ts";
import type { RetryBudget } from "../routing/failure/retry-budget.ts";
import type { Health } from "../routing/health/health.ts";
import type { HealthSettings } from "../routing/health/settings.ts";
import type { Names } from "../routing/names/names.ts";
import type { Providers } from "../routing/providers.ts";
import type { UpstreamQueues } from "../routing/queue/index.ts";
import type { RuleSet } from "../routing/rules/rule-set.ts";
import type { Latencies } from "../routing/strategies/latencies.ts";
import type { Turns } from "../routing/strategies/turns.ts";
import type { ExchangeStore } from "../store/contract.ts";
import type { BudgetRule, PayMode } from "../store/key-record.ts";
import type { WebSearch } from "../upstream/search/index.ts";
import type { Vault } from "../vault/index.ts";
import type { ActiveExchanges } from "./active.ts";
import type { FirstSpills } from "./attempt/first-spills.ts";
import type { ForeignProofs } from "./attempt/foreign-proofs.ts";
import type { LearnedRefusals } from "./hub/amend/learned-refusals.ts";
import type { ListSettings } from "./models/listed-model.ts";
import type { ProviderLists } from "./models/provider-lists.ts";
import type { BodyLimits, HeldBytes } from "./request/body.ts";

/** Who pays, and how far (design R2 to R4). */
export interface PaySettings {
  readonly mode: PayMode | undefined;
  /** Whether every 429 of a session overflows, or only one by which a limit is reached. */
  readonly spillOn: "any429" | "quota429";
  /** Whether a full session is remembered until it resets. */
  readonly memory: boolean;
  readonly retrySessionMs: number;
  /** Of every overflow that no other budget is above. */
  readonly cap: BudgetRule;
  readonly allowUnpriced: boolean;
  /** Units of each currency for a dollar, as decimal text. */
  readonly rates: Readonly<Record<string, string>>;
  /** False where anybody on the network may call without a key: stored keys are not used then. */
  readonly injects: boolean;
}

/** Where content may be processed. */
export interface ResidencySettings {
  readonly policy: DataPolicy | undefined;
  readonly endpoints: readonly Endpoint[];
}

/** Where requests go that the caller's own session is not used for. */
export interface DispatchSettings {
  /** Provider that answers for Claude while an account is nearly full. */
  readonly to: string | undefined;
  /** Provider of all models that are nobody else's. */
  readonly foreign: string | undefined;
  /** The provider's names for what it answers with; an empty one refuses. */
  readonly models: Readonly<Record<Tier, string>>;
}

/** What is done where a candidate fails. */
export interface FailureSettings {
  /** The beginning of an answer is held so long at most while another candidate is left (design R5). */
  readonly holdMs: number;
  /** A candidate that says nothing for so long is given up for the next one; undefined: it is waited for. */
  readonly slowStartMs: number | undefined;
  /** How often the last candidate is asked again; undefined: as the client's own patience leaves room for. */
  readonly repetitions: number | undefined;
  /** The longest `retry-after` that is waited out. */
  readonly waitMs: number;
  readonly health: HealthSettings;
}

/** What the names of models stand for. */
export interface RoutingSettings {
  readonly names: Names;
  /** The operator gave names, tiers or chains. */
  readonly isUsed: boolean;
  /** What becomes of names that nobody here knows. */
  readonly unknown: "auto" | "refuse" | "pass";
  /** Anthropic's own API is asked, and nothing that stands in its place. */
  readonly asksAnthropic: boolean;
  /** Answers tell their route. */
  readonly header: boolean;
}

/** What a redirect does for a session besides sending its requests elsewhere. */
export interface RedirectWatch {
  /** How the session stands now. */
  check(owner: SessionOwner): Redirected | undefined;
  /** What a redirected session's caller sends now: the way back is asked for with it. */
  keep(redirected: Redirected, credential: Secret): void;
}

/** Settings of one configuration generation; an exchange keeps the one it began with. */
export interface ExchangeSettings {
  readonly limits: BodyLimits;
  readonly abortedReadMs: number;
  readonly catalogue: Catalogue;
  readonly currency: DisplayCurrency;
  readonly timeZone: string;
  /** Team mode: every request needs a Spillway key, and unknown paths lead nowhere. */
  readonly authRequired: boolean;
  readonly pay: PaySettings;
  readonly residency: ResidencySettings;
  readonly models: ListSettings;
  readonly failures: FailureSettings;
  /** Undefined: where a cache is warm makes no difference. */
  readonly affinity: AffinitySettings | undefined;
  /** Undefined: there are none, and nothing is looked at for them. */
  readonly rules: RuleSet | undefined;
  /** Undefined: everything that names no provider goes to Anthropic, and nothing is looked at for that. */
  readonly dispatch: DispatchSettings | undefined;
  readonly routing: RoutingSettings;
}

/** When staying at a warm cache is worth a wait. */
export interface AffinitySettings {
  /** The longest `retry-after` that is waited out for it. */
  readonly waitMs: number;
  /** What leaving it has to cost for that, nano-dollars a turn. */
  readonly worthNano: bigint;
}

/** What every exchange works with. Built once by `gateway.ts`. */
export interface House {
  readonly clock: Clock;
  readonly identity: IdentityContext;
  readonly deployment: Deployment;
  readonly providers: Providers;
  /** Searches the web for models that cannot; undefined: none is configured. */
  readonly search: WebSearch | undefined;
  readonly providerLists: ProviderLists;
  readonly latencies: Latencies;
  readonly turns: Turns;
  /** Where sessions have their prompts in a cache. */
  readonly warm: WarmPlaces;
  readonly store: ExchangeStore;
  readonly vault: Pick<Vault, "find" | "list">;
  readonly budgets: BudgetGate;
  readonly rates: RateLimits;
  readonly quota: QuotaWatch;
  /** Undefined: an account is known by its token alone. */
  readonly directories: AccountDirectories | undefined;
  readonly fullSessions: FullSessions;
  readonly redirects: RedirectWatch;
  /** Marks the thinking of other providers than Anthropic. */
  readonly provenance: KeyObject;
  /** The thinking of theirs that could not be marked. */
  readonly foreign: ForeignProofs;
  /** What upstreams of other dialects refused. */
  readonly learned: LearnedRefusals;
  readonly firstSpills: FirstSpills;
  readonly health: Health;
  readonly retryBudget: RetryBudget;
  /** From 0 to 1, for spreading things out. */
  readonly random: () => number;
  readonly metrics: ExchangeMetrics;
  readonly sessions: SessionCosts;
  readonly log: ExchangeLog;
  /** In front of the upstreams that have limits. */
  readonly queues: UpstreamQueues;
  readonly active: ActiveExchanges;
  readonly held: HeldBytes;
  /** The current generation. */
  settings(): ExchangeSettings;
}
