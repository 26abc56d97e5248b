import type { DatabaseSync } from "node:sqlite";
import { OP, type RejectedRow } from "./protocol.ts";
import { type Cell, LEDGER_HEAD_CELLS } from "./rows.ts";
import { isDuplicateKey, isRowFault, messageOf } from "./sqlite-error.ts";
import type { BulkInsert, Statements } from "./statements.ts";

/**
 * Writes one batch in one transaction. Throws, with nothing stored, when the database cannot be written.
 *
 * Safe to repeat: an end or a transaction that is there already is left as it is.
 */
export function applyBatch(
  database: DatabaseSync,
  statements: Statements,
  ops: readonly number[],
  rows: readonly Cell[][],
): readonly RejectedRow[] {
  try {
    inTransaction(database, statements, () => applyInBulk(statements, ops, rows));
    return [];
  } catch (error) {
    if (!isRowFault(error)) throw error;
    // One row of many is at fault, or stored already.
    return inTransaction(database, statements, () => applyOneByOne(statements, ops, rows));
  }
}

function inTransaction<T>(database: DatabaseSync, statements: Statements, body: () => T): T {
  statements.begin.run();
  try {
    const value = body();
    statements.commit.run();
    return value;
  } catch (error) {
    // A full disk ends the transaction by itself.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** Rows of a kind share statements, which halves their price; what has an order among itself keeps it. */
function applyInBulk(
  statements: Statements,
  ops: readonly number[],
  rows: readonly Cell[][],
): void {
  const starts: Cell[][] = [];
  const ends: Cell[][] = [];
  const settlements: Cell[][] = [];
  rows.forEach((row, index) => {
    const op = ops[index];
    if (op === OP.start) starts.push(row);
    else if (op === OP.end) ends.push(row);
    else if (op === OP.plainSettlement) settlements.push(row);
    else applyRow(statements, op, row);
  });
  insertAll(statements.insertStarts, starts);
  insertAll(statements.insertEnds, ends);
  insertAll(statements.insertSettlements, settlements);
}

function insertAll(bulk: BulkInsert, rows: readonly Cell[][]): void {
  let at = 0;
  for (const { size, statement } of bulk) {
    for (; at + size <= rows.length; at += size) {
      const cells = size === 1 ? (rows[at] ?? []) : rows.slice(at, at + size).flat();
      statement.run(...cells);
    }
  }
}

function applyOneByOne(
  statements: Statements,
  ops: readonly number[],
  rows: readonly Cell[][],
): readonly RejectedRow[] {
  const rejected: RejectedRow[] = [];
  const rejectedStarts = new Set<Cell | undefined>();
  rows.forEach((row, index) => {
    const op = ops[index];
    const isLedger = op === OP.ledger || op === OP.plainSettlement;
    if (isLedger && rejectedStarts.has(row[0])) return;
    try {
      applyRow(statements, op, row);
    } catch (error) {
      if (!isRowFault(error)) throw error;
      if (op === OP.start) rejectedStarts.add(row[0]);
      rejected.push({ index, message: messageOf(error) });
    }
  });
  return rejected;
}

function applyRow(statements: Statements, op: number | undefined, row: readonly Cell[]): void {
  switch (op) {
    case OP.start:
      statements.insertStart.run(...row);
      return;
    case OP.end:
      statements.insertEnd.run(...row);
      return;
    case OP.plainSettlement:
    case OP.ledger:
      applyTransaction(statements, row);
      return;
    case OP.quota:
      statements.saveQuota.run(...row);
      return;
    case OP.saveKey:
      statements.saveKey.run(...row);
      return;
    case OP.saveCredential:
      statements.saveCredential.run(...row);
      return;
    case OP.removeCredential:
      statements.removeCredential.run(...row);
      return;
    case OP.oldestOpen:
      statements.setOldestOpen.run(...row);
      return;
    default:
      throw new Error(`not an operation of the store: ${op}`);
  }
}

function applyTransaction(statements: Statements, row: readonly Cell[]): void {
  const lines = (row.length - LEDGER_HEAD_CELLS) / 2;
  const [exchange = null, leg, seq = null] = row;
  const isEnd = leg === "settle" || leg === "release";
  if (isEnd && statements.isResolved.get(exchange, seq) !== undefined) return;
  try {
    statements.insertLines(lines).run(...row);
  } catch (error) {
    // The transaction is there already. One statement stores all of its lines or none, so it is there whole.
    if (!isDuplicateKey(error)) throw error;
  }
}
