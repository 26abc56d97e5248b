import type { GatewayError } from "../../base/errors.ts";
import type { Result } from "../../base/result.ts";
import type { LedgerTransaction } from "../transaction.ts";
import { OP } from "./protocol.ts";
import { type Cell, ledgerRow } from "./rows.ts";

/** Bounds the time and the memory of one transaction. */
const MAX_BATCH = 1_024;

export type Outcome = Result<void, GatewayError>;

/** A row on its way to the worker; kept until it is stored. */
export interface Entry {
  readonly op: number;
  readonly row: Cell[];
  /** Tells somebody who waits: for a start, a hold, or a change of the directory. */
  readonly resolve?: (outcome: Outcome) => void;
  isAnswered?: boolean;
}

/** Money goes in one transaction with its record, so a batch never ends between the two. */
export function batchEnd(entries: readonly Entry[]): number {
  let end = Math.min(MAX_BATCH, entries.length);
  while (isMoney(entries[end])) end += 1;
  return end;
}

function isMoney(entry: Entry | undefined): boolean {
  return entry?.op === OP.ledger || entry?.op === OP.plainSettlement;
}

/** A settlement that touches no hold has no earlier leg to be checked against. */
export function ledgerEntry(number: number, transaction: LedgerTransaction): Entry {
  const { leg, lines } = transaction;
  const isPlain =
    leg === "settle" &&
    lines.length === 2 &&
    !lines.some(({ account }) => account.startsWith("held:"));
  return { op: isPlain ? OP.plainSettlement : OP.ledger, row: ledgerRow(number, transaction) };
}
