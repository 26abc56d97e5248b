import type { DatabaseSync } from "node:sqlite";
import { OP, type RejectedRow } from "./protocol.ts";
import { type Cell, LEDGER_HEAD_CELLS } from "./rows.ts";
import { isDuplicateKey, isRowFault, messageOf } from "./sqlite-error.ts";
import type { Statements } from "./statements.ts";

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
  const rejected: RejectedRow[] = [];
  const rejectedExchanges = new Set<Cell | undefined>();
  statements.begin.run();
  try {
    for (let index = 0; index < ops.length; index += 1) {
      const row = rows[index] ?? [];
      const op = ops[index];
      if (op === OP.ledger && rejectedExchanges.has(row[0])) continue;
      try {
        applyRow(statements, op, row);
      } catch (error) {
        if (!isRowFault(error)) throw error;
        if (op === OP.start) rejectedExchanges.add(row[0]);
        rejected.push({ index, message: messageOf(error) });
      }
    }
    statements.commit.run();
  } catch (error) {
    // A full disk ends the transaction by itself.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
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
    case OP.ledger:
      applyTransaction(statements, row);
      return;
    case OP.quota:
      statements.saveQuota.run(...row);
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
  const [exchange = null, leg] = row;
  const resolves = leg === "settle" || leg === "release";
  if (resolves && statements.isResolved.get(exchange) !== undefined) return;
  try {
    statements.insertLines(lines).run(...row);
  } catch (error) {
    // The transaction is there already. One statement stores all of its lines or none, so it is there whole.
    if (!isDuplicateKey(error)) throw error;
  }
}
