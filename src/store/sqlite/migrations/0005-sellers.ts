/** Whose price list held for an exchange that ended, which with a chain is known only then; null in older rows. */
export const sellers = `
ALTER TABLE exchange_end ADD COLUMN seller TEXT;

DROP VIEW exchange;
CREATE VIEW exchange AS
  SELECT * FROM exchange_start LEFT JOIN exchange_end USING (number);
`;
