import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { formatMoney, nanoUsd } from "../../base/money.ts";
import type { BudgetScope, BudgetState } from "./state.ts";

const CENT_NANO = 10_000_000n;

/** A budget that does not cover what a request may cost. */
export function budgetExceeded(state: BudgetState, amountNano: bigint, at: number): GatewayError {
  const { scope, rule, usedNano, resetsAt } = state;
  const money = (nano: bigint) => shown(nano, state);
  const limit = money(state.limitNano ?? 0n);
  return gatewayError(
    "budget_exceeded",
    `The budget "${scope}" of ${limit} a ${rule.period} does not cover this request: ${money(usedNano)} of it is used or held by running requests, and this one may cost up to ${money(amountNano)}. It begins anew on ${shownTime(resetsAt, rule.timeZone)}`,
    { retryAfterMs: resetsAt - at },
  );
}

/** A key whose requests of the day are used up. */
export function dailyLimitReached(scope: BudgetScope, resetsAt: number, at: number): GatewayError {
  return gatewayError(
    "daily_limit_reached",
    `"${scope.name}" has used its ${scope.dailyRequests} requests of today. The next day begins on ${shownTime(resetsAt, scope.timeZone)}`,
    { retryAfterMs: resetsAt - at },
  );
}

/** A model, or a currency, without a price: a budget cannot say yes to what it cannot count. */
export function priceUnknown(state: BudgetState): GatewayError {
  const { scope, rule } = state;
  const what =
    state.limitNano === undefined
      ? `${rule.currency} has no rate here; add it to currency.rates`
      : "the model has no price here; add it to prices, or set budgets.allowUnpriced";
  return gatewayError("price_unknown", `The budget "${scope}" cannot be kept: ${what}`);
}

/** In the budget's currency: cents, or four decimals below one. */
function shown(nano: bigint, { rule, rate }: BudgetState): string {
  const digits = nano !== 0n && nano < CENT_NANO ? 4 : 2;
  return formatMoney(nanoUsd(nano), rule.currency, rate, { digits });
}

/** `1 December 2026 at 00:00 (Asia/Kolkata)` */
function shownTime(epochMs: number, timeZone: string): string {
  const text = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(epochMs);
  return `${text} (${timeZone})`;
}
