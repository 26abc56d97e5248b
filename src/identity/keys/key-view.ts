import type { VirtualKey } from "./key-ring.ts";

/** How much of one budget is used, in its own currency. */
export interface BudgetUseView {
  readonly amount: string;
  readonly currency: string;
  readonly period: string;
  readonly time_zone: string;
  /** Decimal text; null where the currency has no rate any more. */
  readonly used: string | null;
  readonly remaining: string | null;
  readonly used_percent: number;
  readonly resets_at: string;
}

/** What is used of a key's limits now. */
export interface KeyUse {
  readonly budgets: readonly BudgetUseView[];
  readonly dailyRequests:
    | { readonly limit: number; readonly used: number; readonly resetsAt: number }
    | undefined;
}

/** A key as JSON, without anything that could be used as one. Absent facts are null, times ISO 8601 in UTC. */
export interface KeyView {
  readonly id: string;
  readonly name: string;
  readonly organisation: string;
  readonly principal: string;
  readonly role: string;
  readonly mask: string;
  readonly status: "active" | "expired" | "revoked";
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  readonly mode: string | null;
  readonly data_policy: string | null;
  /** Empty: all. */
  readonly models: readonly string[];
  readonly budgets: readonly BudgetUseView[];
  readonly daily_requests: {
    readonly limit: number;
    readonly used: number;
    readonly resets_at: string;
  } | null;
  /** How fast it may go; null is no limit. */
  readonly rpm: number | null;
  readonly tpm: number | null;
  readonly concurrency: number | null;
  readonly session_concurrency: number | null;
}

/** The JSON of a key for `/me/keys` and `spillway keys`. */
export function keyView(key: VirtualKey, use: KeyUse, nowMs: number): KeyView {
  const { settings } = key;
  const daily = use.dailyRequests;
  return {
    id: key.id,
    name: key.name,
    organisation: key.organisation,
    principal: key.principal,
    role: key.role,
    mask: key.mask,
    status: statusOf(key, nowMs),
    created_at: isoTime(key.createdAt),
    expires_at: key.expiresAt === undefined ? null : isoTime(key.expiresAt),
    revoked_at: key.revokedAt === undefined ? null : isoTime(key.revokedAt),
    mode: settings.mode ?? null,
    data_policy: settings.dataPolicy ?? null,
    models: settings.models,
    budgets: use.budgets,
    daily_requests:
      daily === undefined
        ? null
        : { limit: daily.limit, used: daily.used, resets_at: isoTime(daily.resetsAt) },
    rpm: settings.requestsPerMinute ?? null,
    tpm: settings.tokensPerMinute ?? null,
    concurrency: settings.concurrency ?? null,
    session_concurrency: settings.sessionConcurrency ?? null,
  };
}

function statusOf({ revokedAt, expiresAt }: VirtualKey, nowMs: number): KeyView["status"] {
  if (revokedAt !== undefined) return "revoked";
  return expiresAt !== undefined && expiresAt <= nowMs ? "expired" : "active";
}

function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
