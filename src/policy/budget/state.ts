import { fromCurrency } from "../../base/money.ts";
import { budgetAccount } from "../../ledger/index.ts";
import type { BudgetRule } from "../../store/key-record.ts";
import { budgetWindow } from "./windows.ts";

/** Units of each currency for one dollar, as decimal text; the dollar itself need not be there. */
export type Rates = Readonly<Record<string, string>>;

/** Whose budgets: a key, a user; later teams and organisations, one above the other. */
export interface BudgetScope {
  /** Part of the accounts' names: a key's id, `user/<principal>`. */
  readonly id: string;
  /** What people call it. */
  readonly name: string;
  readonly budgets: readonly BudgetRule[];
  /** Requests a day; undefined is no limit. */
  readonly dailyRequests?: number | undefined;
  /** By whose calendar that day begins. */
  readonly timeZone: string;
}

/** One budget in its current window. */
export interface BudgetState {
  readonly scope: string;
  readonly rule: BudgetRule;
  /** Of the ledger; its balance is minus what is used. A new window is a new account. */
  readonly account: string;
  /** Undefined: the currency has no rate. */
  readonly limitNano: bigint | undefined;
  /** Spent and on hold. */
  readonly usedNano: bigint;
  readonly usedPercent: number;
  /** Epoch milliseconds. */
  readonly startsAt: number;
  readonly resetsAt: number;
  readonly rate: string;
}

/** Where one of a scope's budgets stands at an instant. */
export function stateOf(
  scope: Pick<BudgetScope, "id" | "name">,
  rule: BudgetRule,
  at: number,
  rates: Rates,
  balanceOf: (account: string) => bigint,
): BudgetState {
  const { label, startsAt, resetsAt } = budgetWindow(rule, at);
  const account = budgetAccount(`${scope.id}/${rule.period}:${label}`);
  const rate = rateOf(rule.currency, rates);
  const limitNano = rate === undefined ? undefined : fromCurrency(rule.amount, rate);
  const usedNano = -balanceOf(account);
  return {
    scope: scope.name,
    rule,
    account,
    limitNano,
    usedNano,
    usedPercent: percentOf(usedNano, limitNano),
    startsAt,
    resetsAt,
    rate: rate ?? "1",
  };
}

function rateOf(currency: string, rates: Rates): string | undefined {
  if (currency === "USD") return "1";
  return Object.hasOwn(rates, currency) ? rates[currency] : undefined;
}

/** How much of a budget is used, apart from what one exchange has on hold: a hold is many times what it will cost. */
export function usedWithout({ usedNano, limitNano }: BudgetState, heldNano: bigint): number {
  return percentOf(usedNano - heldNano, limitNano);
}

/** With one decimal; a limit of nothing is used up. */
function percentOf(used: bigint, limit: bigint | undefined): number {
  if (limit === undefined) return 0;
  return limit <= 0n ? 100 : Number((used * 1_000n) / limit) / 10;
}
