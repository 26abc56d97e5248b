import { existsSync } from "node:fs";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { nanoUsd } from "../../base/money.ts";
import type {
  Activity,
  ActivityQuery,
  EventsPage,
  EventsQuery,
  ExchangeDetail,
  LedgerAudit,
  Period,
  QuotaSnapshot,
  ReportScope,
  TimeSpan,
  UsageQuery,
  UsageRow,
  UsageTotals,
} from "../contract.ts";
import { daysOf } from "../days.ts";
import type { CredentialRecord, KeyRecord } from "../key-record.ts";
import {
  bookOrUndefined,
  integer,
  ledgerTransactions,
  optionalText,
  type Row,
  storedExchange,
  text,
} from "./decode.ts";
import { credentialRecord, keyRecord } from "./directory-records.ts";
import * as sql from "./queries.ts";

const DEFAULT_EVENTS = 50;
const MAX_EVENTS = 200;
const DEFAULT_TOP_MODELS = 10;
const MAX_TOP_MODELS = 100;
const BUSY_TIMEOUT_MS = 2_000;

/** Answers reports from a read-only connection. Every call blocks its thread: in a server it lives in a worker. */
export class SyncReader {
  readonly #database: DatabaseSync | undefined;

  /** Owns the connection. Without one it answers as an empty database. */
  constructor(database: DatabaseSync | undefined) {
    this.#database = database;
  }

  events(query: EventsQuery): EventsPage {
    const limit = bounded(query.limit, DEFAULT_EVENTS, MAX_EVENTS);
    const rows = this.#all(sql.EVENTS, {
      before: query.before ?? null,
      after: query.after ?? null,
      ...scopeOf(query),
      // One more tells whether there is a next page.
      limit: limit + 1,
    });
    const events = rows.slice(0, limit).map(storedExchange);
    const nextBefore = rows.length > limit ? events.at(-1)?.started.id : undefined;
    return { events, nextBefore };
  }

  exchange(id: string): ExchangeDetail | undefined {
    const [row] = this.#all(`${sql.EXCHANGE} WHERE id = :id`, { id });
    if (row === undefined) return undefined;
    const lines = this.#database?.prepare(sql.LINES).all(id) ?? [];
    return { ...storedExchange(row), transactions: ledgerTransactions(id, lines) };
  }

  usage(query: UsageQuery): readonly UsageRow[] {
    return this.#all(sql.usageByGroup(query.groupBy), this.#inDays(query)).map((row) => ({
      group: optionalText(row, "group"),
      book: bookOrUndefined(row["book"]),
      ...totals(row),
    }));
  }

  activity(query: ActivityQuery): Activity {
    const period = this.#inDays(query);
    const limit = bounded(query.topModels, DEFAULT_TOP_MODELS, MAX_TOP_MODELS);
    const model = (row: Row) => ({ model: optionalText(row, "model"), ...totals(row) });
    return {
      series: this.#all(sql.ACTIVITY, period).map((row) => ({
        day: text(row, "day"),
        ...model(row),
      })),
      topModels: this.#all(sql.TOP_MODELS, { ...period, limit }).map(model),
    };
  }

  quota(): readonly QuotaSnapshot[] {
    return this.#all(sql.QUOTA, {}).map((row) => ({
      principal: text(row, "principal"),
      account: text(row, "account"),
      observedAt: integer(row, "observed_at"),
      json: text(row, "json"),
    }));
  }

  keys(): readonly KeyRecord[] {
    return this.#all(sql.KEYS, {}).map(keyRecord);
  }

  credentials(): readonly CredentialRecord[] {
    return this.#all(sql.CREDENTIALS, {}).map(credentialRecord);
  }

  budgetBalances(sinceMs: number): ReadonlyMap<string, bigint> {
    const rows = this.#all(sql.BUDGET_BALANCES, { since: sinceMs });
    return new Map(rows.map((row) => [text(row, "account"), BigInt(text(row, "balance"))]));
  }

  billedRequests({ from, to }: TimeSpan): ReadonlyMap<string, number> {
    const rows = this.#all(sql.BILLED_REQUESTS, { from, to });
    return new Map(rows.map((row) => [text(row, "scope"), integer(row, "requests")]));
  }

  auditLedger(): LedgerAudit {
    const problems = (query: string) => this.#all(query, {}).map((row) => text(row, "problem"));
    return {
      unbalanced: problems(sql.UNBALANCED),
      stuckHolds: problems(sql.STUCK_HOLDS),
      orphans: problems(sql.ORPHANS),
    };
  }

  close(): void {
    this.#database?.close();
  }

  #all(query: string, parameters: Record<string, SQLInputValue>): readonly Row[] {
    return this.#database?.prepare(query).all(parameters) ?? [];
  }

  /** The period's days, cut to where there are exchanges: "since ever" is not twenty thousand days. */
  #inDays(period: Period & { readonly timeZone?: string | undefined }) {
    const row = this.#database?.prepare(sql.BOUNDS).get(period.from, period.to);
    const first = row?.["first"];
    const last = row?.["last"];
    const hasAny = typeof first === "number" && typeof last === "number";
    const days = hasAny ? daysOf(first, last + 1, period.timeZone ?? "UTC") : [];
    return {
      days: JSON.stringify(days.map((day) => [day.name, day.start, day.end])),
      ...scopeOf(period),
    };
  }
}

/** Undefined when there is no such file. */
export function openReadOnly(path: string): DatabaseSync | undefined {
  if (!existsSync(path)) return undefined;
  return new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
}

function scopeOf({ principal, organisation, keyId, sessionId }: ReportScope) {
  return {
    principal: principal ?? null,
    organisation: organisation ?? null,
    key_id: keyId ?? null,
    session_id: sessionId ?? null,
  };
}

function totals(row: Row): UsageTotals {
  return {
    requests: integer(row, "requests"),
    running: integer(row, "running"),
    inputTokens: integer(row, "input_tokens"),
    outputTokens: integer(row, "output_tokens"),
    cacheReadTokens: integer(row, "cache_read_tokens"),
    cacheWriteTokens: integer(row, "cache_write_tokens"),
    unknownUsage: integer(row, "unknown_usage"),
    cost: nanoUsd(BigInt(text(row, "cost_nano"))),
    unpriced: integer(row, "unpriced"),
  };
}

function bounded(value: number | undefined, fallback: number, max: number): number {
  return Math.min(max, Math.max(1, Math.trunc(value ?? fallback)));
}
