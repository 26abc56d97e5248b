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

/**
 * The lines of a settlement at the price of the hold, as `ledger` makes them: the hold is left, the provider gets it
 * once, and what further budgets held for the same money goes to `mirror`. Of the candidates of a chain all but the last gave
 * their holds back, and an exchange whose end did not fit the schema may be settled already.
 */
const SETTLE_HOLDS = `
  INSERT INTO ledger_line
    (exchange, leg, seq, line, account, amount_nano, at, book, price_version, currency, rate)
  WITH open AS MATERIALIZED (${OPEN}),
  hold AS (
    SELECT open.number, open.provider, open.id, line.book,
      sum(iif(line.account = 'held:' || open.id, line.amount_nano, 0)) AS held,
      count(DISTINCT iif(line.leg IN ('reserve', 'top_up') AND line.account <> 'held:' || open.id,
        line.account, NULL)) AS payers,
      (SELECT count(DISTINCT seq) FROM ledger_line
        WHERE exchange = open.number AND leg = 'settle') AS settled,
      row_number() OVER (PARTITION BY open.number ORDER BY line.book) - 1 AS place
    FROM open JOIN ledger_line AS line ON line.exchange = open.number
    GROUP BY open.number, line.book HAVING held <> 0
  ),
  moved AS (
    SELECT *, 0 AS line, 'held:' || id AS account, -held AS amount FROM hold
    UNION ALL SELECT *, 1, 'provider:' || provider, held / payers FROM hold
    UNION ALL SELECT *, 2, 'mirror', held - held / payers FROM hold WHERE payers > 1
  )
  SELECT number, 'settle', 100 * settled + place, line, account, amount, :now, book, NULL, NULL, NULL FROM moved`;

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
