/**
 * Virtual keys, stored credentials and what budgets are recomputed from.
 *
 * Of a key only keyed hashes are kept, of a credential only what `vault` sealed. `settings` and `hashes` are JSON.
 */
export const keys = `
CREATE TABLE virtual_key (
  id TEXT PRIMARY KEY,
  organisation TEXT NOT NULL,
  principal TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  mask TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  settings TEXT NOT NULL,
  hashes TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE stored_credential (
  organisation TEXT NOT NULL,
  provider TEXT NOT NULL,
  label TEXT NOT NULL,
  mask TEXT NOT NULL,
  envelope TEXT NOT NULL,
  overflow INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (organisation, provider)
) STRICT, WITHOUT ROWID;

ALTER TABLE exchange_end ADD COLUMN residency TEXT;

DROP VIEW exchange;
CREATE VIEW exchange AS
  SELECT * FROM exchange_start LEFT JOIN exchange_end USING (number);

CREATE INDEX ledger_line_budget ON ledger_line (account, at, amount_nano)
  WHERE account >= 'budget:' AND account < 'budget;';
`;
