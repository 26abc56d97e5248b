import type { KeyView } from "../../identity/keys/index.ts";
import { plainText } from "../../observe/terminal-line.ts";
import { spanText } from "../commands/dates.ts";

/** One limit of a key and what is used of it, in words. */
export interface Limit {
  readonly limit: string;
  readonly used: string;
  readonly left: string;
  readonly resets: string;
  readonly usedPercent: number;
}

/** The budgets of a key and its requests of the day. */
export function limitsOf(key: KeyView, nowMs: number): readonly Limit[] {
  const resetsIn = (at: string): string => `in ${spanText(Date.parse(at) - nowMs)}`;
  const budgets = key.budgets.map((budget): Limit => {
    const { amount, currency, period, used, remaining } = budget;
    return {
      limit: plainText(`${amount} ${currency} a ${period}`),
      used: amountText(used),
      left: amountText(remaining),
      resets: resetsIn(budget.resets_at),
      usedPercent: budget.used_percent,
    };
  });
  const daily = key.daily_requests;
  if (daily === null) return budgets;
  const requests = {
    limit: `${daily.limit} requests a day`,
    used: String(daily.used),
    left: String(Math.max(0, daily.limit - daily.used)),
    resets: resetsIn(daily.resets_at),
    usedPercent: (100 * daily.used) / daily.limit,
  };
  return [...budgets, requests];
}

/** All of a limit in one line. */
export function limitText({ limit, used, left, resets }: Limit): string {
  return used === UNKNOWN
    ? `${limit}: use unknown, the currency has no rate in currency.rates`
    : `${limit}: ${used} used, ${left} left, resets ${resets}`;
}

const UNKNOWN = "?";

/** Two decimals, and more only where they say something. */
function amountText(amount: string | null): string {
  return amount === null ? UNKNOWN : amount.replace(/(?<kept>\.[0-9]{2}[0-9]*?)0+$/, "$<kept>");
}
