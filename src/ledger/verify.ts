import type { ExchangeReader } from "../store/contract.ts";

/**
 * Says, one line each, which invariant of the ledger does not hold; empty when the books are right.
 *
 * Every transaction sums to zero, no exchange that is over holds money, every line belongs to an exchange.
 */
export async function verifyLedger(reader: ExchangeReader): Promise<readonly string[]> {
  const { unbalanced, stuckHolds, orphans } = await reader.auditLedger();
  return [
    ...unbalanced.map((key) => `the lines of transaction ${key} do not sum to zero`),
    ...stuckHolds.map((account) => `${account} has money although its exchange is over`),
    ...orphans.map((key) => `transaction ${key} belongs to no exchange`),
  ];
}
