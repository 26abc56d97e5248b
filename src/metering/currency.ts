import { formatMoney, isRate, type NanoUsd } from "../base/money.ts";
import { fail, ok, type Result } from "../base/result.ts";

/** The currency that people see; the books stay in US dollars, and every record keeps the rate it was shown at. */
export interface DisplayCurrency {
  /** ISO 4217. */
  readonly code: string;
  /** Units of it for one US dollar, as a decimal text. */
  readonly rate: string;
}

export const US_DOLLAR: DisplayCurrency = { code: "USD", rate: "1" };

/** The currency that the configuration names; fails when its rate is missing or no positive decimal. */
export function toDisplayCurrency(config: {
  readonly display: string;
  readonly rates: Readonly<Record<string, string>>;
}): Result<DisplayCurrency, string> {
  if (config.display === US_DOLLAR.code) return ok(US_DOLLAR);
  const rate = Object.hasOwn(config.rates, config.display)
    ? config.rates[config.display]
    : undefined;
  if (rate === undefined) return fail(`no rate for ${config.display}`);
  if (!isRate(rate)) return fail(`"${rate}" is no rate for ${config.display}`);
  return ok({ code: config.display, rate });
}

/** A cost as people read it; an unknown cost says so. */
export function showCost(
  cost: NanoUsd | undefined,
  currency: DisplayCurrency,
  options: { readonly digits?: number } = {},
): string {
  return cost === undefined ? "unknown" : formatMoney(cost, currency.code, currency.rate, options);
}
