import type { SQLOutputValue } from "node:sqlite";
import type { CredentialClass } from "../../base/credential-class.ts";
import { ERRORS } from "../../base/errors.ts";
import { isObject, parseJson } from "../../base/json.ts";
import { nanoUsd } from "../../base/money.ts";
import type { StoredExchange } from "../contract.ts";
import type { AttemptRecord, Book, Finish, StartedRecord, TerminalRecord } from "../record.ts";
import { isRouteRecord, type RouteRecord } from "../route-record.ts";
import type { LedgerLeg, LedgerLine, LedgerTransaction } from "../transaction.ts";

export type Row = Readonly<Record<string, SQLOutputValue>>;

const MAX_ATTEMPTS_BYTES = 16 * 2 ** 20;

const CREDENTIAL_CLASSES = [
  "virtual_key",
  "subscription",
  "api_key",
  "other",
  "none",
  "stored",
] as const satisfies readonly CredentialClass[];
const BOOKS = ["subscription", "api", "overflow"] as const satisfies readonly Book[];
const FINISHES = [
  "complete",
  "client_gone",
  "upstream_lost",
  "indeterminate",
] as const satisfies readonly Finish[];
const USAGE_SOURCES = ["provider", "estimated", "unknown", "none"] as const;
const ERROR_SOURCES = ["gateway", "upstream", "client", "policy"] as const;
const LEGS = ["reserve", "top_up", "settle", "release"] as const satisfies readonly LedgerLeg[];

/** A row of the `exchange` view, its money as text. */
export function storedExchange(row: Row): StoredExchange {
  return {
    started: startedRecord(row),
    terminal: row["finish"] === null ? undefined : terminalRecord(row),
  };
}

function startedRecord(row: Row): StartedRecord {
  return {
    id: text(row, "id"),
    startedAt: integer(row, "started_at"),
    principal: text(row, "principal"),
    organisation: text(row, "organisation"),
    keyId: optionalText(row, "key_id"),
    sessionId: optionalText(row, "session_id"),
    agentId: optionalText(row, "agent_id"),
    parentAgentId: optionalText(row, "parent_agent_id"),
    promptId: optionalText(row, "prompt_id"),
    requestClass: optionalText(row, "request_class"),
    client: optionalText(row, "client"),
    clientVersion: optionalText(row, "client_version"),
    dialect: text(row, "dialect"),
    operation: text(row, "operation"),
    method: text(row, "method"),
    path: text(row, "path"),
    requestedModel: optionalText(row, "requested_model"),
    stream: row["stream"] === 1,
    credentialClass: oneOf(CREDENTIAL_CLASSES, row["credential_class"]),
    account: optionalText(row, "account"),
    provider: text(row, "provider"),
  };
}

function terminalRecord(row: Row): TerminalRecord {
  const cost = optionalText(row, "cost_nano");
  const errorSource = row["error_source"];
  return {
    id: text(row, "id"),
    finishedAt: integer(row, "finished_at"),
    durationMs: optionalNumber(row, "duration_ms"),
    firstByteMs: optionalNumber(row, "first_byte_ms"),
    sentModel: optionalText(row, "sent_model"),
    servedModel: optionalText(row, "served_model"),
    decision: optionalText(row, "decision"),
    attempts: attempts(text(row, "attempts")),
    mode: optionalText(row, "mode"),
    status: optionalNumber(row, "status"),
    stopReason: optionalText(row, "stop_reason"),
    usageRaw: optionalText(row, "usage_raw"),
    units: optionalText(row, "units"),
    tokens: {
      input: optionalNumber(row, "input_tokens"),
      output: optionalNumber(row, "output_tokens"),
      cacheRead: optionalNumber(row, "cache_read_tokens"),
      cacheWrite: optionalNumber(row, "cache_write_tokens"),
    },
    usageSource: oneOf(USAGE_SOURCES, row["usage_source"]),
    usageSuspect: row["usage_suspect"] === 1,
    cost: cost === undefined ? undefined : nanoUsd(BigInt(cost)),
    book: oneOf(BOOKS, row["book"]),
    priceVersion: optionalText(row, "price_version"),
    currency: text(row, "currency"),
    rate: text(row, "rate"),
    errorCode: optionalText(row, "error_code"),
    errorSource: errorSource === null ? undefined : oneOf(ERROR_SOURCES, errorSource),
    billingOwner: optionalText(row, "billing_owner"),
    provider: optionalText(row, "seller"),
    residency: optionalText(row, "residency"),
    route: routeRecord(optionalText(row, "route")),
    finish: oneOf(FINISHES, row["finish"]),
  };
}

function attempts(json: string): readonly AttemptRecord[] {
  const parsed = parseJson(json, { maxBytes: MAX_ATTEMPTS_BYTES });
  return parsed.ok && Array.isArray(parsed.value) ? parsed.value.filter(isAttempt) : [];
}

function routeRecord(json: string | undefined): RouteRecord | undefined {
  if (json === undefined) return undefined;
  const parsed = parseJson(json, { maxBytes: MAX_ATTEMPTS_BYTES });
  return parsed.ok && isRouteRecord(parsed.value) ? parsed.value : undefined;
}

function isAttempt(value: unknown): value is AttemptRecord {
  return (
    isObject(value) &&
    typeof value["deployment"] === "string" &&
    typeof value["credentialOwner"] === "string" &&
    isOneOf(CREDENTIAL_CLASSES, value["credentialClass"]) &&
    isOutcome(value["outcome"]) &&
    ["bytesSent", "bytesReceived", "startedAfterMs", "endedAfterMs"].every(
      (name) => typeof value[name] === "number",
    )
  );
}

/** Besides the errors of the table. */
const OUTCOMES: ReadonlySet<string> = new Set(["ok", "retried", "failed_over"]);

function isOutcome(value: unknown): value is AttemptRecord["outcome"] {
  if (typeof value !== "string") return false;
  return OUTCOMES.has(value) || Object.hasOwn(ERRORS, value);
}

/** Lines in the order of their key, amounts as text; the lines of a transaction become one. */
export function ledgerTransactions(
  exchangeId: string,
  rows: readonly Row[],
): readonly LedgerTransaction[] {
  const byKey = new Map<string, { row: Row; lines: LedgerLine[] }>();
  for (const row of rows) {
    const key = `${text(row, "leg")} ${integer(row, "seq")}`;
    const group = byKey.get(key) ?? { row, lines: [] };
    group.lines.push({
      account: text(row, "account"),
      amountNano: BigInt(text(row, "amount_nano")),
    });
    byKey.set(key, group);
  }
  return [...byKey.values()]
    .map(({ row, lines }) => ({
      exchangeId,
      leg: oneOf(LEGS, row["leg"]),
      seq: integer(row, "seq"),
      at: integer(row, "at"),
      book: oneOf(BOOKS, row["book"]),
      lines,
      priceVersion: optionalText(row, "price_version"),
      currency: optionalText(row, "currency"),
      rate: optionalText(row, "rate"),
    }))
    .toSorted((a, b) => LEGS.indexOf(a.leg) - LEGS.indexOf(b.leg) || a.seq - b.seq);
}

export function bookOrUndefined(value: unknown): Book | undefined {
  return value === null ? undefined : oneOf(BOOKS, value);
}

export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw new Error(`column ${column} holds no text`);
  return value;
}

export function optionalText(row: Row, column: string): string | undefined {
  const value = row[column];
  return typeof value === "string" ? value : undefined;
}

export function integer(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== "number") throw new Error(`column ${column} holds no number`);
  return value;
}

export function optionalNumber(row: Row, column: string): number | undefined {
  const value = row[column];
  return typeof value === "number" ? value : undefined;
}

function oneOf<const T extends string>(known: readonly T[], value: unknown): T {
  if (!isOneOf(known, value)) throw new Error(`the database holds an unknown ${String(value)}`);
  return value;
}

function isOneOf<const T extends string>(known: readonly T[], value: unknown): value is T {
  return known.some((name) => name === value);
}
