import { nanoUsd, toCurrency } from "../../base/money.ts";
import type { BudgetUseView, KeyUse } from "../../identity/keys/index.ts";
import type { BudgetScope, BudgetState } from "../../policy/budget/index.ts";
import type { HouseViews } from "./views.ts";

const DIGITS = 4;

/** What is used of a scope's budgets and of its requests of the day, now. */
export function useOf(
  scope: BudgetScope,
  views: Pick<HouseViews, "budgets" | "now" | "pay">,
): KeyUse {
  const nowMs = views.now();
  return {
    budgets: views.budgets.states([scope], nowMs, views.pay().rates).map(budgetUseView),
    dailyRequests: views.budgets.requestsToday(scope, nowMs),
  };
}

function budgetUseView(state: BudgetState): BudgetUseView {
  const { rule, limitNano, usedNano, rate } = state;
  const amount = (nano: bigint) => toCurrency(nanoUsd(nano), rate, { digits: DIGITS });
  const isKnown = limitNano !== undefined;
  return {
    amount: rule.amount,
    currency: rule.currency,
    period: rule.period,
    time_zone: rule.timeZone,
    used: isKnown ? amount(usedNano) : null,
    // What ran when the budget was used up may end above it.
    remaining: isKnown ? amount(usedNano < limitNano ? limitNano - usedNano : 0n) : null,
    used_percent: state.usedPercent,
    resets_at: new Date(state.resetsAt).toISOString(),
  };
}
