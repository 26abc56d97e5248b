import { formatMoney, type NanoUsd } from "../base/money.ts";

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
  const fine = formatMoney(amount, currency, rate, { digits: 4 });
  const isUnderOne = /^[^0-9]*0\./.test(fine);
  if (!isUnderOne) return formatMoney(amount, currency, rate, { digits: 2 });
  if (amount !== 0n && !/[1-9]/.test(fine)) return `<${fine.slice(0, -1)}1`;
  return fine;
}
