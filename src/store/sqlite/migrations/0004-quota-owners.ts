/**
 * Quota windows by principal and account.
 *
 * What was known of an account goes to everybody who used it, as the exchanges say, and is kept under no name where they say
 * nothing.
 */
export const quotaOwners = `
ALTER TABLE quota RENAME TO quota_by_account;

CREATE TABLE quota (
  principal TEXT NOT NULL,
  account TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  json TEXT NOT NULL,
  PRIMARY KEY (principal, account)
) STRICT, WITHOUT ROWID;

INSERT INTO quota
  SELECT coalesce(user.principal, ''), known.account, known.observed_at, known.json
  FROM quota_by_account AS known
  LEFT JOIN (SELECT DISTINCT principal, account FROM exchange_start) AS user USING (account);

DROP TABLE quota_by_account;
`;
