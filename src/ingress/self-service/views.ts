import type { SpeedLimits } from "../../base/allowance.ts";
import type { GatewayError } from "../../base/errors.ts";
import type { HeaderList } from "../../base/header-list.ts";
import type { Picker } from "../../base/picker-id.ts";
import type { Result } from "../../base/result.ts";
import type { Secret } from "../../base/secret.ts";
import type { ExplainedRoute } from "../../exchange/decision/explain-route.ts";
import type { CatalogueView } from "../../exchange/models/catalogue.ts";
import type { CataloguedModel } from "../../exchange/models/describe-model.ts";
import type { OtherModels } from "../../exchange/models/other-models.ts";
import type { Question } from "../../exchange/question.ts";
import type { KeyRing } from "../../identity/keys/index.ts";
import type { Identity } from "../../identity/principal.ts";
import type { SessionCost } from "../../observe/session-costs.ts";
import type { BudgetGate, Rates } from "../../policy/budget/index.ts";
import type { WatchedQuota } from "../../quota/watch.ts";
import type { DisplayCurrency } from "../../store/amount-view.ts";
import type { ExchangeReader } from "../../store/contract.ts";
import type { BudgetRule, PayMode } from "../../store/key-record.ts";
import type { Vault } from "../../vault/index.ts";

/** What the own endpoints look at, and the two things that they change: keys and stored credentials. */
export interface HouseViews {
  readonly reader: ExchangeReader;
  /** The person whose machine this is. */
  readonly localPrincipal: string;
  readonly keys: KeyRing;
  readonly vault: Pick<Vault, "find" | "list" | "set" | "remove" | "rotateMasterKey">;
  readonly budgets: Pick<BudgetGate, "states" | "requestsToday">;
  /** Whose keys can be stored. */
  readonly providers: readonly string[];
  now(): number;
  /** Who sent a request; refused where a key is required and there is none. */
  identify(headers: HeaderList): Result<Identity, GatewayError>;
  /** Asks the provider whether it takes a key; null: it cannot be reached, or says neither yes nor no. */
  verify(provider: string, key: Secret): Promise<KeyCheck>;
  /** Why the process takes no exchanges now, if so. */
  ready(): string | undefined;
  /** The Prometheus page; undefined when metrics are off. */
  metrics(): string | undefined;
  quota(): readonly WatchedQuota[];
  /** What a session has cost so far. */
  sessionCost(sessionId: string): Promise<SessionCost>;
  display(): DisplayCurrency;
  timeZone(): string;
  /** Who pays, the cap of overflows that no other budget is above, and units of each currency for a dollar. */
  pay(): {
    readonly mode: PayMode | undefined;
    readonly cap: BudgetRule;
    readonly rates: Rates;
  };
  /** The provider that answers for Claude while a plan is nearly full, if any. */
  redirectsTo(): string | undefined;
  status(): ProcessStatus;
  /** Asks the providers in use, for a second at most. */
  models(organisation: string): Promise<OtherModels>;
  /** The same with what is known of each, and what is known of one name, listed or not. */
  catalogue(organisation: string): Promise<CatalogueView>;
  describe(model: string): CataloguedModel | undefined;
  /** What would become of a request, at another time than now where that is said. */
  explain(question: Question, atMs: number | undefined): Promise<ExplainedRoute>;
  /** How models are offered to Claude Code. */
  picker(): Picker;
}

/** What a provider said of a stored key. */
export interface KeyCheck {
  readonly verified: boolean | null;
  /** HTTP status of its answer, where there was one. */
  readonly status?: number | undefined;
}

/** What `status` shows of the running process. */
export interface ProcessStatus {
  readonly pid: number;
  readonly version: string;
  readonly startedAt: number;
  readonly url: string;
  readonly dataDir: string;
  readonly configFile: string | undefined;
  readonly openStreams: number;
  readonly accepting: boolean;
  readonly providers: readonly {
    readonly id: string;
    readonly origin: string;
    /** Undefined: none. */
    readonly limits: SpeedLimits | undefined;
  }[];
  /** Of upstreams with limits, where something runs or waits; one for each credential. */
  readonly queues: readonly {
    readonly provider: string;
    readonly owner: string;
    readonly running: number;
    readonly waiting: number;
  }[];
  /** What is left alone for a while; without an owner it is the deployment's, for everybody. */
  readonly troubles: readonly {
    readonly provider: string;
    readonly model: string;
    readonly owner: string | undefined;
    readonly state: string;
    readonly forMs: number;
  }[];
}
