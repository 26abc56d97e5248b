import type { GatewayError } from "../base/errors.ts";
import type { NanoUsd } from "../base/money.ts";
import type { Result } from "../base/result.ts";
import type { CredentialRecord, KeyRecord } from "./key-record.ts";
import type { Book, StartedRecord, TerminalRecord } from "./record.ts";
import type { LedgerTransaction } from "./transaction.ts";

/** Where exchanges, their money and the last quota windows are kept. One writer for each data directory. */
export interface ExchangeStore extends AsyncDisposable {
  /**
   * Stores the started row, and the reservation, before the exchange may reach an upstream.
   *
   * Once it resolves with ok, the row survives the death of the process. A failure is `accounting_unavailable`.
   */
  start(
    record: StartedRecord,
    transactions?: readonly LedgerTransaction[],
  ): Promise<Result<void, GatewayError>>;
  /**
   * Queues the end of a started exchange; it is on the disk a few milliseconds later.
   *
   * Never lost while the process lives: what cannot be written is kept and tried again, in order. For an exchange
   * that was not started, or is finished already, nothing happens but a report of the problem.
   */
  finish(record: TerminalRecord, transactions?: readonly LedgerTransaction[]): void;
  /**
   * Stores further lines of a running exchange before it goes on: what the next candidate reserves.
   *
   * Durable as a start is. After a failure, `accounting_unavailable`, nothing of them is stored.
   */
  hold(
    exchangeId: string,
    transactions: readonly LedgerTransaction[],
  ): Promise<Result<void, GatewayError>>;
  /** Queues further lines of a running exchange, such as a top-up while streaming. */
  record(transactions: readonly LedgerTransaction[]): void;
  /** False while the queue is full or writing fails: new exchanges must be refused before dispatch. */
  readonly accepting: boolean;
  /** Resolves when everything queued so far is on the disk. */
  flush(): Promise<void>;
  /** Queues the last windows that a principal saw of an account; the newest stays. */
  saveQuota(snapshot: QuotaSnapshot): void;
  /** Adds or replaces a key. On the disk once it resolves with ok, as are the two below. */
  saveKey(record: KeyRecord): Promise<Result<void, GatewayError>>;
  /** Adds or replaces an organisation's credential for a provider. */
  saveCredential(record: CredentialRecord): Promise<Result<void, GatewayError>>;
  removeCredential(organisation: string, provider: string): Promise<Result<void, GatewayError>>;
  readonly reader: ExchangeReader;
  /** How many exchanges of an earlier, dead process were closed as `indeterminate` at open. */
  readonly recovered: number;
}

/** The quota windows of one principal's use of one account as `quota` wrote them; the text is not read here. */
export interface QuotaSnapshot {
  readonly principal: string;
  readonly account: string;
  /** Epoch milliseconds. */
  readonly observedAt: number;
  readonly json: string;
}

/** Something that an operator should know of; the store goes on, or says in `accepting` that it does not. */
export interface StoreProblem {
  readonly kind:
    | "write_failed"
    | "write_recovered"
    | "sync_failed"
    | "record_rejected"
    | "unknown_exchange"
    | "lost_records"
    | "open_permissions"
    | "stopped";
  readonly message: string;
}

/** Why a data directory could not be opened, in words for the person who starts the program. */
export interface StoreOpenError {
  readonly kind: "already_running" | "newer_schema" | "unusable";
  readonly message: string;
}

/** Reports. Answers are of rows committed so far; nothing here waits for the writer. */
export interface ExchangeReader extends AsyncDisposable {
  /** Exchanges, newest first. */
  events(query: EventsQuery): Promise<EventsPage>;
  /** One exchange with its ledger lines; undefined when there is none of that id. */
  exchange(id: string): Promise<ExchangeDetail | undefined>;
  /** Totals for each group and book, groups in ascending order. */
  usage(query: UsageQuery): Promise<readonly UsageRow[]>;
  activity(query: ActivityQuery): Promise<Activity>;
  /** The last windows of each principal and account, the newest first. */
  quota(): Promise<readonly QuotaSnapshot[]>;
  keys(): Promise<readonly KeyRecord[]>;
  credentials(): Promise<readonly CredentialRecord[]>;
  /** The sums of all `budget:` accounts that moved since `sinceMs` (epoch milliseconds), in nano-dollars. */
  budgetBalances(sinceMs: number): Promise<ReadonlyMap<string, bigint>>;
  /** How many messages a stored key was billed for, by key id, or `user/<principal>` of keyless requests. */
  billedRequests(span: TimeSpan): Promise<ReadonlyMap<string, number>>;
  /** What is wrong with the ledger; empty when every invariant holds. */
  auditLedger(): Promise<LedgerAudit>;
}

/** Whose exchanges a report is of; each given one narrows it. */
export interface ReportScope {
  readonly organisation?: string | undefined;
  readonly principal?: string | undefined;
  readonly keyId?: string | undefined;
  readonly sessionId?: string | undefined;
}

export interface EventsQuery extends ReportScope {
  /** Only exchanges older than the one of this id (`nextBefore` of the page before). */
  readonly before?: string | undefined;
  /** Only exchanges newer than the one of this id. */
  readonly after?: string | undefined;
  /** 1 to 200; 50 when absent. */
  readonly limit?: number | undefined;
}

export interface StoredExchange {
  readonly started: StartedRecord;
  /** Undefined while the exchange runs. */
  readonly terminal: TerminalRecord | undefined;
}

export interface EventsPage {
  readonly events: readonly StoredExchange[];
  /** Give it as `before` for the next page; undefined on the last one. */
  readonly nextBefore: string | undefined;
}

export interface ExchangeDetail extends StoredExchange {
  readonly transactions: readonly LedgerTransaction[];
}

/** `from <= t < to`, in epoch milliseconds. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

/** Exchanges that started in a span. */
export interface Period extends TimeSpan, ReportScope {}

export type UsageGroup =
  | "none"
  | "day"
  | "model"
  | "session"
  | "agent"
  | "key"
  | "client"
  | "principal"
  | "operation"
  | "provider";

export interface UsageQuery extends Period {
  readonly groupBy: UsageGroup;
  /** IANA name such as `Europe/Berlin` by whose calendar a day begins and ends; UTC when absent. */
  readonly timeZone?: string | undefined;
}

/** Sums over the exchanges that say what they used; the others are counted, never taken for zero. */
export interface UsageTotals {
  readonly requests: number;
  /** Of these, still running. */
  readonly running: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** Finished model calls of which no usage is known. */
  readonly unknownUsage: number;
  readonly cost: NanoUsd;
  /** Finished with usage, but without a price. */
  readonly unpriced: number;
}

export interface UsageRow extends UsageTotals {
  /** `2026-11-21` for a day, else the group's own name; undefined where the exchanges name none. */
  readonly group: string | undefined;
  /** Undefined for exchanges that are still running. */
  readonly book: Book | undefined;
}

export interface ActivityQuery extends Period {
  readonly timeZone?: string | undefined;
  /** 1 to 100; 10 when absent. */
  readonly topModels?: number | undefined;
}

export interface Activity {
  /** Days in ascending order, models within a day by name. */
  readonly series: readonly (UsageTotals & {
    readonly day: string;
    readonly model: string | undefined;
  })[];
  /** By tokens in and out, most first. */
  readonly topModels: readonly (UsageTotals & { readonly model: string | undefined })[];
}

export interface LedgerAudit {
  /** Transactions whose lines do not sum to zero: `exchange leg seq`. */
  readonly unbalanced: readonly string[];
  /** Accounts `held:*` with money although their exchange is over. */
  readonly stuckHolds: readonly string[];
  /** Lines of no known exchange. */
  readonly orphans: readonly string[];
}
