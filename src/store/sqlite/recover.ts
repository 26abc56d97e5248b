import type { DatabaseSync } from "node:sqlite";

/**
 * Closes what dead processes left open, as `indeterminate`, and charges their holds: whether the upstream billed the
 * call is unknown, so the reservation stands for its price. Runs under the directory's lock, when every boot in the
 * database is a dead one. Returns how many exchanges it closed.
 */
export function recover(database: DatabaseSync, nowMs: number): number {
  const unended = database
    .prepare("SELECT min(oldest_open) AS first FROM boot WHERE ended_at IS NULL")
    .get();
  const first = unended?.["first"];
  if (typeof first !== "number") return 0;
  database.exec("BEGIN IMMEDIATE");
  try {
    database.prepare(SETTLE_HOLDS).run({ first, now: nowMs });
    const closed = database.prepare(CLOSE_OPEN).run({ first, now: nowMs });
    database.prepare("UPDATE boot SET ended_at = ? WHERE ended_at IS NULL").run(nowMs);
    database.exec("COMMIT");
    return Number(closed.changes);
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** `oldest_open` keeps this from reading the whole history: nothing below it is open. */
const OPEN = `
  SELECT start.number, start.id, start.provider, start.credential_class
  FROM exchange_start AS start LEFT JOIN exchange_end AS finished USING (number)
  WHERE start.number >= :first AND finished.number IS NULL`;

/** Each book's hold goes to the provider: a line for the hold, one for the provider. */
const SETTLE_HOLDS = `
  INSERT INTO ledger_line
    (exchange, leg, seq, line, account, amount_nano, at, book, price_version, currency, rate)
  WITH open AS MATERIALIZED (${OPEN}),
  hold AS (
    SELECT open.number, open.provider, line.account, line.book, sum(line.amount_nano) AS amount,
      max(line.currency) AS currency, max(line.rate) AS rate,
      row_number() OVER (PARTITION BY open.number ORDER BY line.book) - 1 AS place
    FROM open JOIN ledger_line AS line ON line.exchange = open.number
    WHERE line.account = 'held:' || open.id
    GROUP BY open.number, line.account, line.book HAVING sum(line.amount_nano) <> 0
  )
  SELECT number, 'settle', place, 0, account, -amount, :now, book, NULL, currency, rate FROM hold
  UNION ALL
  SELECT number, 'settle', place, 1, 'provider:' || provider, amount, :now, book, NULL, currency, rate
  FROM hold`;

const CLOSE_OPEN = `
  INSERT INTO exchange_end
    (number, finished_at, attempts, usage_source, usage_suspect, book, currency, rate, finish)
  WITH open AS MATERIALIZED (${OPEN})
  SELECT open.number, :now, '[]', 'unknown', 0,
    coalesce(
      (SELECT book FROM ledger_line WHERE exchange = open.number LIMIT 1),
      CASE credential_class WHEN 'subscription' THEN 'subscription' ELSE 'api' END),
    'USD', '1', 'indeterminate'
  FROM open`;
