import type { DatabaseSync, StatementSync } from "node:sqlite";
import { CREDENTIAL_COLUMNS, KEY_COLUMNS } from "./directory-rows.ts";
import { END_COLUMNS, LEDGER_HEAD_CELLS, START_COLUMNS } from "./rows.ts";

/** The same insertion for several rows at once, the largest first, down to one row. */
export type BulkInsert = readonly { readonly size: number; readonly statement: StatementSync }[];

/** Half the price of single rows from 8 on; larger ones gain no more. */
const BULK_SIZES = [8, 4, 2, 1];

/** The prepared statements of the writer; preparing once is most of their price. */
export interface Statements {
  readonly begin: StatementSync;
  readonly commit: StatementSync;
  readonly insertStart: StatementSync;
  readonly insertStarts: BulkInsert;
  readonly insertEnd: StatementSync;
  readonly insertEnds: BulkInsert;
  /** Two-line transactions; several in a statement. */
  readonly insertSettlements: BulkInsert;
  readonly isResolved: StatementSync;
  readonly saveQuota: StatementSync;
  readonly setOldestOpen: StatementSync;
  readonly endBoot: StatementSync;
  readonly saveKey: StatementSync;
  readonly saveCredential: StatementSync;
  readonly removeCredential: StatementSync;
  /** One transaction of this many lines. */
  insertLines(lines: number): StatementSync;
}

export function prepareStatements(database: DatabaseSync): Statements {
  const byLines = new Map<number, StatementSync>();
  const insertStarts = inBulk((size) =>
    database.prepare(insert("exchange_start", START_COLUMNS, size)),
  );
  const insertEnds = inBulk((size) =>
    database.prepare(`${insert("exchange_end", END_COLUMNS, size)} ON CONFLICT DO NOTHING`),
  );
  return {
    begin: database.prepare("BEGIN IMMEDIATE"),
    commit: database.prepare("COMMIT"),
    insertStart: database.prepare(insert("exchange_start", START_COLUMNS, 1)),
    insertStarts,
    insertEnd: database.prepare(`${insert("exchange_end", END_COLUMNS, 1)} ON CONFLICT DO NOTHING`),
    insertEnds,
    insertSettlements: inBulk((size) => database.prepare(insertTransactions(2, size))),
    isResolved: database.prepare(
      "SELECT 1 FROM ledger_line WHERE exchange = ? AND leg IN ('settle', 'release') AND seq = ? LIMIT 1",
    ),
    saveQuota: database.prepare(
      "INSERT INTO quota (principal, account, observed_at, json) VALUES (?, ?, ?, ?) " +
        "ON CONFLICT (principal, account) DO UPDATE SET observed_at = excluded.observed_at, json = excluded.json WHERE observed_at <= excluded.observed_at",
    ),
    setOldestOpen: database.prepare("UPDATE boot SET oldest_open = ? WHERE number = ?"),
    endBoot: database.prepare("UPDATE boot SET ended_at = ? WHERE number = ?"),
    saveKey: database.prepare(replace("virtual_key", KEY_COLUMNS)),
    saveCredential: database.prepare(replace("stored_credential", CREDENTIAL_COLUMNS)),
    removeCredential: database.prepare(
      "DELETE FROM stored_credential WHERE organisation = ? AND provider = ?",
    ),
    insertLines(lines) {
      const known = byLines.get(lines);
      if (known !== undefined) return known;
      const made = database.prepare(insertTransactions(lines, 1));
      byLines.set(lines, made);
      return made;
    },
  };
}

function inBulk(prepare: (size: number) => StatementSync): BulkInsert {
  return BULK_SIZES.map((size) => ({ size, statement: prepare(size) }));
}

function replace(table: string, columns: readonly string[]): string {
  return insert(table, columns, 1).replace("INSERT", "INSERT OR REPLACE");
}

function insert(table: string, columns: readonly string[], rows: number): string {
  const row = `(${columns.map(() => "?").join(", ")})`;
  return `INSERT INTO ${table} (${columns.join(", ")}) VALUES ${times(rows, () => row)}`;
}

/** The cells that a transaction's lines share are bound once, however many lines there are. */
function insertTransactions(lines: number, transactions: number): string {
  const values = times(transactions, (transaction) => {
    const first = transaction * (LEDGER_HEAD_CELLS + 2 * lines) + 1;
    const cell = (offset: number) => `?${first + offset}`;
    const shared = times(LEDGER_HEAD_CELLS, cell);
    return times(lines, (line) => {
      const account = LEDGER_HEAD_CELLS + 2 * line;
      return `(${line}, ${shared}, ${cell(account)}, ${cell(account + 1)})`;
    });
  });
  return (
    "INSERT INTO ledger_line (line, exchange, leg, seq, at, book, price_version, currency, rate, " +
    `account, amount_nano) VALUES ${values}`
  );
}

function times(count: number, make: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => make(index)).join(", ");
}
