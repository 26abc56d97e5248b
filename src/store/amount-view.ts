import { formatMoney, type NanoUsd } from "../base/money.ts";
import type { TokenTotals } from "./record.ts";

/** Nano-dollars in JSON: a number while a number is exact, else decimal text; null is unknown. */
export type NanoUsdJson = number | string | null;

export function nanoUsdJson(amount: bigint | undefined): NanoUsdJson {
  if (amount === undefined) return null;
  const number = Number(amount);
  return Number.isSafeInteger(number) ? number : amount.toString();
}

/** The currency that amounts are shown in, and its units for a dollar as decimal text. */
export interface DisplayCurrency {
  readonly currency: string;
  readonly rate: string;
}

/** Money for people: `$12.34`, below one unit `$0.0123`; what would round to nothing is `<$0.0001`. */
export function shortMoney(amount: NanoUsd, display: DisplayCurrency): string {
  const { currency, rate } = display;
  if (amount === 0n) return formatMoney(amount, currency, rate, { digits: 2 });
  const fine = formatMoney(amount, currency, rate, { digits: 4 });
  const isUnderOne = /^[^0-9]*0\./.test(fine);
  if (!isUnderOne) return formatMoney(amount, currency, rate, { digits: 2 });
  if (!/[1-9]/.test(fine)) return `<${fine.slice(0, -1)}1`;
  return fine;
}

/** Tokens in JSON; null is unknown, never zero. */
export interface TokensView {
  /** Everything the model read: fresh input, cache reads and cache writes together. */
  readonly input_total: number | null;
  readonly input: number | null;
  readonly cache_read: number | null;
  readonly cache_write: number | null;
  readonly output: number | null;
}

/** Token counts with their total; unknown is null. */
export function tokensView(tokens: TokenTotals): TokensView {
  const { input, cacheRead, cacheWrite, output } = tokens;
  return {
    // A provider that knows nothing of caches leaves them out; without the input itself there is no total.
    input_total: input === undefined ? null : input + (cacheRead ?? 0) + (cacheWrite ?? 0),
    input: input ?? null,
    cache_read: cacheRead ?? null,
    cache_write: cacheWrite ?? null,
    output: output ?? null,
  };
}
