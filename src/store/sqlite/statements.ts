import type { DatabaseSync, StatementSync } from "node:sqlite";
import { END_COLUMNS, LEDGER_HEAD_CELLS, START_COLUMNS } from "./rows.ts";

/** The prepared statements of the writer; preparing once is most of their price. */
export interface Statements {
  readonly begin: StatementSync;
  readonly commit: StatementSync;
  readonly insertStart: StatementSync;
  readonly insertEnd: StatementSync;
  readonly isResolved: StatementSync;
  readonly saveQuota: StatementSync;
  readonly setOldestOpen: StatementSync;
  readonly endBoot: StatementSync;
  /** For transactions of this many lines. */
  insertLines(lines: number): StatementSync;
}

export function prepareStatements(database: DatabaseSync): Statements {
  const byLines = new Map<number, StatementSync>();
  return {
    begin: database.prepare("BEGIN IMMEDIATE"),
    commit: database.prepare("COMMIT"),
    insertStart: database.prepare(insert("exchange_start", START_COLUMNS)),
    insertEnd: database.prepare(`${insert("exchange_end", END_COLUMNS)} ON CONFLICT DO NOTHING`),
    isResolved: database.prepare(
      "SELECT 1 FROM ledger_line WHERE exchange = ? AND leg IN ('settle', 'release') LIMIT 1",
    ),
    saveQuota: database.prepare(
      "INSERT INTO quota (account, observed_at, json) VALUES (?, ?, ?) ON CONFLICT (account) DO UPDATE " +
        "SET observed_at = excluded.observed_at, json = excluded.json WHERE observed_at <= excluded.observed_at",
    ),
    setOldestOpen: database.prepare("UPDATE boot SET oldest_open = ? WHERE number = ?"),
    endBoot: database.prepare("UPDATE boot SET ended_at = ? WHERE number = ?"),
    insertLines(lines) {
      const known = byLines.get(lines);
      if (known !== undefined) return known;
      const made = database.prepare(insertLines(lines));
      byLines.set(lines, made);
      return made;
    },
  };
}

function insert(table: string, columns: readonly string[]): string {
  const marks = columns.map(() => "?").join(", ");
  return `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${marks})`;
}

/** The shared cells are bound once, however many lines there are. */
function insertLines(lines: number): string {
  const values = Array.from({ length: lines }, (_, line) => {
    const account = LEDGER_HEAD_CELLS + 2 * line + 1;
    return `(?1, ?2, ?3, ${line}, ?4, ?5, ?6, ?7, ?8, ?${account}, ?${account + 1})`;
  });
  return (
    "INSERT INTO ledger_line (exchange, leg, seq, line, at, book, price_version, currency, rate, " +
    `account, amount_nano) VALUES ${values.join(", ")}`
  );
}
