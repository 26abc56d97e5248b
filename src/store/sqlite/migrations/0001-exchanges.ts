/**
 * An exchange is two rows that are written once, its start and its end; `exchange` shows them as one.
 *
 * `number` counts exchanges in the order in which they came to the store. Money is in nano-dollars.
 */
export const exchanges = `
CREATE TABLE boot (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  started_at INTEGER NOT NULL,
  oldest_open INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;

CREATE TABLE exchange_start (
  number INTEGER PRIMARY KEY,
  boot INTEGER NOT NULL,
  id TEXT NOT NULL UNIQUE,
  started_at INTEGER NOT NULL,
  principal TEXT NOT NULL,
  organisation TEXT NOT NULL,
  key_id TEXT,
  session_id TEXT,
  agent_id TEXT,
  parent_agent_id TEXT,
  prompt_id TEXT,
  request_class TEXT,
  client TEXT,
  client_version TEXT,
  dialect TEXT NOT NULL,
  operation TEXT NOT NULL,
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  requested_model TEXT,
  stream INTEGER NOT NULL,
  credential_class TEXT NOT NULL,
  account TEXT,
  provider TEXT NOT NULL
) STRICT;

CREATE INDEX exchange_start_time ON exchange_start (started_at);

CREATE TABLE exchange_end (
  number INTEGER PRIMARY KEY,
  finished_at INTEGER NOT NULL,
  duration_ms REAL,
  first_byte_ms REAL,
  sent_model TEXT,
  served_model TEXT,
  decision TEXT,
  attempts TEXT NOT NULL,
  mode TEXT,
  status INTEGER,
  stop_reason TEXT,
  usage_raw TEXT,
  units TEXT,
  input_tokens INTEGER,
  output_tokens INTEGER,
  cache_read_tokens INTEGER,
  cache_write_tokens INTEGER,
  usage_source TEXT NOT NULL,
  usage_suspect INTEGER NOT NULL,
  cost_nano INTEGER,
  book TEXT NOT NULL,
  price_version TEXT,
  currency TEXT NOT NULL,
  rate TEXT NOT NULL,
  error_code TEXT,
  error_source TEXT,
  billing_owner TEXT,
  finish TEXT NOT NULL
) STRICT;

CREATE VIEW exchange AS
  SELECT * FROM exchange_start LEFT JOIN exchange_end USING (number);

CREATE TABLE ledger_line (
  exchange INTEGER NOT NULL,
  leg TEXT NOT NULL,
  seq INTEGER NOT NULL,
  line INTEGER NOT NULL,
  account TEXT NOT NULL,
  amount_nano INTEGER NOT NULL,
  at INTEGER NOT NULL,
  book TEXT NOT NULL,
  price_version TEXT,
  currency TEXT,
  rate TEXT,
  PRIMARY KEY (exchange, leg, seq, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE quota (
  account TEXT PRIMARY KEY,
  observed_at INTEGER NOT NULL,
  json TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;
