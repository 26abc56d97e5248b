import { CREDENTIAL_COLUMNS, KEY_COLUMNS } from "./directory-rows.ts";
import { END_COLUMNS, START_COLUMNS } from "./rows.ts";

const COLUMNS = [...new Set<string>([...START_COLUMNS, ...END_COLUMNS])].map((column) =>
  // 64 bits do not fit a number.
  column === "cost_nano" ? "CAST(cost_nano AS TEXT) AS cost_nano" : column,
);

const IN_SCOPE = ["principal", "organisation", "key_id", "session_id"]
  .map((column) => `(:${column} IS NULL OR ${column} = :${column})`)
  .join(" AND ");

/** What `storedExchange` decodes. */
export const EXCHANGE = `SELECT ${COLUMNS.join(", ")} FROM exchange`;

export const EVENTS = `${EXCHANGE}
  WHERE id < coalesce(:before, char(0x10ffff)) AND id > coalesce(:after, '')
    AND ${IN_SCOPE}
  ORDER BY id DESC LIMIT :limit`;

export const LINES = `
  SELECT leg, seq, account, CAST(amount_nano AS TEXT) AS amount_nano, at, book, price_version,
    currency, rate
  FROM ledger_line WHERE exchange = (SELECT number FROM exchange_start WHERE id = ?)
  ORDER BY leg, seq, line`;

const TOTALS = `
  count(*) AS requests,
  sum(finish IS NULL) AS running,
  coalesce(sum(input_tokens), 0) AS input_tokens,
  coalesce(sum(output_tokens), 0) AS output_tokens,
  coalesce(sum(cache_read_tokens), 0) AS cache_read_tokens,
  coalesce(sum(cache_write_tokens), 0) AS cache_write_tokens,
  coalesce(sum(usage_source = 'unknown'), 0) AS unknown_usage,
  CAST(coalesce(sum(cost_nano), 0) AS TEXT) AS cost_nano,
  coalesce(sum(cost_nano IS NULL AND usage_source IN ('provider', 'estimated')), 0) AS unpriced`;

const MODEL = "coalesce(served_model, sent_model, requested_model)";

/** Days come as JSON rows of name, start and end, so that SQLite need not know time zones. */
const IN_DAYS = `
  FROM json_each(:days) AS day CROSS JOIN exchange
  WHERE started_at >= day.value ->> 1 AND started_at < day.value ->> 2
    AND ${IN_SCOPE}`;

/** What `groupBy` means; the keys are the only text that reaches SQL, everything else is bound. */
export const GROUPS = {
  none: "NULL",
  day: "day.value ->> 0",
  model: MODEL,
  session: "session_id",
  agent: "agent_id",
  key: "key_id",
  client: "client",
  principal: "principal",
  operation: "operation",
  provider: "coalesce(seller, provider)",
} as const;

export function usageByGroup(group: keyof typeof GROUPS): string {
  return `SELECT ${GROUPS[group]} AS "group", book, ${TOTALS} ${IN_DAYS}
    GROUP BY 1, 2 ORDER BY 1, 2`;
}

export const ACTIVITY = `SELECT day.value ->> 0 AS day, ${MODEL} AS model, ${TOTALS} ${IN_DAYS}
  GROUP BY 1, 2 ORDER BY 1, 2`;

export const TOP_MODELS = `SELECT ${MODEL} AS model, ${TOTALS} ${IN_DAYS}
  GROUP BY 1 ORDER BY 4 + 5 + 6 + 7 DESC, 1 LIMIT :limit`;

export const BOUNDS = `
  SELECT min(started_at) AS first, max(started_at) AS last FROM exchange_start
  WHERE started_at >= ? AND started_at < ?`;

export const QUOTA =
  "SELECT principal, account, observed_at, json FROM quota ORDER BY observed_at DESC";

export const KEYS = `SELECT ${KEY_COLUMNS.join(", ")} FROM virtual_key ORDER BY id`;

export const CREDENTIALS = `
  SELECT ${CREDENTIAL_COLUMNS.join(", ")} FROM stored_credential ORDER BY organisation, provider`;

/** In the words of the index `ledger_line_budget`, which is partial. */
const IS_BUDGET = "account >= 'budget:' AND account < 'budget;'";

export const BUDGET_BALANCES = `
  SELECT account, CAST(sum(amount_nano) AS TEXT) AS balance FROM ledger_line
  WHERE ${IS_BUDGET} GROUP BY account HAVING max(at) >= :since`;

/** An exchange whose process died has no mode; its reservation says that a stored key was to pay. */
export const BILLED_REQUESTS = `
  SELECT coalesce(key_id, 'user/' || principal) AS scope, count(*) AS requests FROM exchange
  WHERE started_at >= :from AND started_at < :to AND operation = 'messages' AND (
    (mode IN ('byok', 'byok-overflow', 'fallback') AND coalesce(error_source, '') <> 'policy')
    OR (mode IS NULL AND EXISTS (
      SELECT 1 FROM ledger_line
      WHERE exchange = number AND leg = 'reserve' AND account LIKE 'budget:%')))
  GROUP BY 1`;

export const UNBALANCED = `
  SELECT exchange || ' ' || leg || ' ' || seq AS problem FROM ledger_line
  GROUP BY exchange, leg, seq HAVING sum(amount_nano) <> 0`;

export const STUCK_HOLDS = `
  SELECT account AS problem FROM ledger_line JOIN exchange_end ON number = exchange
  WHERE account LIKE 'held:%' GROUP BY account HAVING sum(amount_nano) <> 0`;

export const ORPHANS = `
  SELECT DISTINCT exchange || ' ' || leg || ' ' || seq AS problem FROM ledger_line
  WHERE NOT EXISTS (SELECT 1 FROM exchange_start WHERE number = exchange)`;
