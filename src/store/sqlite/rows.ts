import type { StartedRecord, TerminalRecord } from "../record.ts";
import type { LedgerTransaction } from "../transaction.ts";

/** What SQLite takes and a thread message carries at the lowest price. */
export type Cell = string | number | bigint | null;

export const START_COLUMNS = [
  "number",
  "boot",
  "id",
  "started_at",
  "principal",
  "organisation",
  "key_id",
  "session_id",
  "agent_id",
  "parent_agent_id",
  "prompt_id",
  "request_class",
  "client",
  "client_version",
  "dialect",
  "operation",
  "method",
  "path",
  "requested_model",
  "stream",
  "credential_class",
  "account",
  "provider",
] as const;

/** In the order of `START_COLUMNS`. */
export function startRow(number: number, boot: number, record: StartedRecord): Cell[] {
  return [
    number,
    boot,
    record.id,
    record.startedAt,
    record.principal,
    record.organisation,
    record.keyId ?? null,
    record.sessionId ?? null,
    record.agentId ?? null,
    record.parentAgentId ?? null,
    record.promptId ?? null,
    record.requestClass ?? null,
    record.client ?? null,
    record.clientVersion ?? null,
    record.dialect,
    record.operation,
    record.method,
    record.path,
    record.requestedModel ?? null,
    record.stream ? 1 : 0,
    record.credentialClass,
    record.account ?? null,
    record.provider,
  ];
}

export const END_COLUMNS = [
  "number",
  "finished_at",
  "duration_ms",
  "first_byte_ms",
  "sent_model",
  "served_model",
  "decision",
  "attempts",
  "mode",
  "status",
  "stop_reason",
  "usage_raw",
  "units",
  "input_tokens",
  "output_tokens",
  "cache_read_tokens",
  "cache_write_tokens",
  "usage_source",
  "usage_suspect",
  "cost_nano",
  "book",
  "price_version",
  "currency",
  "rate",
  "error_code",
  "error_source",
  "billing_owner",
  "finish",
  "residency",
  "route",
  "seller",
] as const;

/** In the order of `END_COLUMNS`. */
export function endRow(number: number, record: TerminalRecord): Cell[] {
  const { tokens } = record;
  return [
    number,
    record.finishedAt,
    record.durationMs ?? null,
    record.firstByteMs ?? null,
    record.sentModel ?? null,
    record.servedModel ?? null,
    record.decision ?? null,
    JSON.stringify(record.attempts),
    record.mode ?? null,
    record.status ?? null,
    record.stopReason ?? null,
    record.usageRaw ?? null,
    record.units ?? null,
    tokens.input ?? null,
    tokens.output ?? null,
    tokens.cacheRead ?? null,
    tokens.cacheWrite ?? null,
    record.usageSource,
    record.usageSuspect ? 1 : 0,
    record.cost === undefined ? null : amountCell(record.cost),
    record.book,
    record.priceVersion ?? null,
    record.currency,
    record.rate,
    record.errorCode ?? null,
    record.errorSource ?? null,
    record.billingOwner ?? null,
    record.finish,
    record.residency ?? null,
    record.route === undefined ? null : JSON.stringify(record.route),
    record.provider ?? null,
  ];
}

/** What all lines of a transaction share; an account and an amount for each line follow. */
export const LEDGER_HEAD_CELLS = 8;

export function ledgerRow(number: number, transaction: LedgerTransaction): Cell[] {
  const row: Cell[] = [
    number,
    transaction.leg,
    transaction.seq,
    transaction.at,
    transaction.book,
    transaction.priceVersion ?? null,
    transaction.currency ?? null,
    transaction.rate ?? null,
  ];
  for (const line of transaction.lines) row.push(line.account, amountCell(line.amountNano));
  return row;
}

/** A number where that is exact: it crosses threads and binds at a fraction of a bigint's price. */
function amountCell(amount: bigint): Cell {
  const number = Number(amount);
  return Number.isSafeInteger(number) ? number : amount;
}
