import { nanoUsd, toCurrency } from "../../base/money.ts";
import { keyScope, userScope } from "../../exchange/money/scopes.ts";
import type { BudgetUseView, KeyUse, VirtualKey } from "../../identity/keys/index.ts";
import type { BudgetScope, BudgetState } from "../../policy/budget/index.ts";
import type { HouseViews } from "./views.ts";

const DIGITS = 4;

type Paying = Pick<HouseViews, "budgets" | "now" | "pay">;

/** What is used of a scope's budgets and of its requests of the day, now. */
export function useOf(scope: BudgetScope, views: Paying): KeyUse {
  const nowMs = views.now();
  return {
    budgets: views.budgets.states([scope], nowMs, views.pay().rates).map(budgetUseView),
    dailyRequests: views.budgets.requestsToday(scope, nowMs),
  };
}

/** Above what a caller's overflow may cost; without a key that is the cap alone. */
export function overflowScope(
  caller: { readonly key?: VirtualKey | undefined; readonly principal: string },
  views: Paying,
): BudgetScope {
  const { cap } = views.pay();
  return caller.key === undefined
    ? userScope(caller.principal, cap)
    : keyScope(caller.key, "byok-overflow", cap);
}

/** Of the budgets above a caller's overflow the one that is used up first. */
export function overflowCap(
  caller: Parameters<typeof overflowScope>[0],
  views: Paying,
): BudgetUseView | null {
  const { budgets } = useOf(overflowScope(caller, views), views);
  return budgets.toSorted((a, b) => b.used_percent - a.used_percent)[0] ?? null;
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
