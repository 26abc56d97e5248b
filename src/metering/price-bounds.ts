import { formatUsd, nanoUsd } from "../base/money.ts";
import { fail, ok, type Result } from "../base/result.ts";
import type { NanoPrices, PriceEntry } from "./price-entry.ts";

/** Dollars for a million tokens, and for a thousand web searches; more than ten times what any listed model costs. */
const MAX_USD = 1_000n;
const NANO = 1_000_000_000n;
const MAX_TOKEN_PRICE = MAX_USD * NANO;
const MAX_SEARCH_PRICE = MAX_USD * 1_000n * NANO;

/**
 * Refuses a price with which an exchange could cost more than the books hold: 2^63 nano-dollars.
 *
 * The largest bill is 1,000 iterations of 100 million tokens of each kind and 100,000 searches, in the dearest mode:
 * 1.2 * 10^18 at these prices.
 */
export function withinBounds(entry: PriceEntry, model: string): Result<PriceEntry, string> {
  const { prices, longPrompt } = entry;
  const problem = excessOf(prices) ?? (longPrompt && excessOf(longPrompt.prices));
  return problem === undefined ? ok(entry) : fail(`price of ${model}: ${problem}`);
}

function excessOf({ webSearch, ...tokens }: NanoPrices): string | undefined {
  for (const [kind, price] of Object.entries<bigint | undefined>(tokens)) {
    if (price !== undefined && price > MAX_TOKEN_PRICE)
      return tooHigh(kind, price, "million tokens");
  }
  if (webSearch === undefined || webSearch <= MAX_SEARCH_PRICE) return undefined;
  return tooHigh("webSearch", webSearch / 1_000n, "thousand searches");
}

function tooHigh(kind: string, price: bigint, amount: string): string {
  const dollars = formatUsd(nanoUsd(price));
  return `${kind} comes to ${dollars} for a ${amount}; at most ${formatUsd(nanoUsd(MAX_USD * NANO))} can be billed`;
}
