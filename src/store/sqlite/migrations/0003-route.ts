/** Why an exchange went where it went, as JSON; null where there was nothing to choose. */
export const route = `
ALTER TABLE exchange_end ADD COLUMN route TEXT;

DROP VIEW exchange;
CREATE VIEW exchange AS
  SELECT * FROM exchange_start LEFT JOIN exchange_end USING (number);
`;
