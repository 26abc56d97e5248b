import type { GatewayError } from "../../base/errors.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import type { LedgerTransaction } from "../../store/transaction.ts";
import { budgetExceeded, dailyLimitReached, priceUnknown } from "./refusals.ts";
import { type BudgetScope, type BudgetState, type Rates, stateOf } from "./state.ts";
import { budgetWindow } from "./windows.ts";

/** What a request wants of the budgets above it. */
export interface Claim {
  /** The nearest first. */
  readonly scopes: readonly BudgetScope[];
  /** Epoch milliseconds. */
  readonly at: number;
  readonly rates: Rates;
  /** The most that it may cost; undefined: that is not known. */
  readonly amountNano: bigint | undefined;
  readonly allowUnpriced: boolean;
}

export interface Admission {
  /** Budget accounts to reserve from; empty when no scope has a budget of money. */
  readonly payers: readonly string[];
}

/** What is known from before this process. */
export interface BudgetSeed {
  /** Balances of `budget:` accounts. */
  readonly balances: ReadonlyMap<string, bigint>;
  /** Requests of the day that `at` is in, by scope id. */
  readonly requests: ReadonlyMap<string, number>;
  readonly at: number;
}

interface DayCount {
  readonly resetsAt: number;
  used: number;
}

const BUDGET = "budget:";
/** Accounts of windows that are long over are forgotten when there are this many more. */
const SWEEP_AT = 1_000;

/**
 * Says yes or no before money is spent, over the ledger's own balances. One process owns the books (design R13), so they
 * are in memory: checking and taking is one synchronous step, and two requests never get the same money.
 *
 * `admit` checks every rule before it changes anything. The caller makes the reservation of what was admitted and gives
 * it to `apply` in the same turn of the event loop, as every transaction that moves budgets' money.
 */
export class BudgetGate {
  readonly #balances: Map<string, bigint>;
  readonly #seed: BudgetSeed;
  readonly #requests = new Map<string, DayCount>();
  /** When an account's window is over, as far as it was asked for. */
  readonly #ends = new Map<string, number>();
  #sweepAt = SWEEP_AT;

  constructor(seed: BudgetSeed) {
    this.#seed = seed;
    this.#balances = new Map(seed.balances);
  }

  /** `budget_exceeded`, `daily_limit_reached` or `price_unknown` name the scope that said no; nothing has changed then. */
  admit(claim: Claim): Result<Admission, GatewayError> {
    const { scopes, at, rates } = claim;
    const states = this.states(scopes, at, rates);
    for (const scope of scopes) {
      const count = this.#countOf(scope, at);
      if (scope.dailyRequests !== undefined && count.used >= scope.dailyRequests) {
        return fail(dailyLimitReached(scope, count.resetsAt, at));
      }
    }
    for (const state of states) {
      const refused = refusalOf(state, claim);
      if (refused !== undefined) return fail(refused);
    }
    for (const scope of scopes) {
      if (scope.dailyRequests !== undefined) this.#countOf(scope, at).used += 1;
    }
    for (const { account, resetsAt } of states) this.#ends.set(account, resetsAt);
    if (this.#ends.size > this.#sweepAt) this.#sweep(at);
    return ok({ payers: states.map(({ account }) => account) });
  }

  /** Follows what the ledger moves on budget accounts. */
  apply(transactions: readonly LedgerTransaction[]): void {
    for (const { lines } of transactions) {
      for (const { account, amountNano } of lines) {
        if (!account.startsWith(BUDGET)) continue;
        this.#balances.set(account, this.#balanceOf(account) + amountNano);
      }
    }
  }

  /** Where every budget of the scopes stands. */
  states(scopes: readonly BudgetScope[], at: number, rates: Rates): readonly BudgetState[] {
    const balanceOf = (account: string) => this.#balanceOf(account);
    return scopes.flatMap((scope) =>
      scope.budgets.map((rule) => stateOf(scope, rule, at, rates, balanceOf)),
    );
  }

  /** Undefined without a limit. */
  requestsToday(
    scope: BudgetScope,
    at: number,
  ): { readonly limit: number; readonly used: number; readonly resetsAt: number } | undefined {
    if (scope.dailyRequests === undefined) return undefined;
    const { used, resetsAt } = this.#countOf(scope, at);
    return { limit: scope.dailyRequests, used, resetsAt };
  }

  #balanceOf(account: string): bigint {
    return this.#balances.get(account) ?? 0n;
  }

  #countOf(scope: BudgetScope, at: number): DayCount {
    const known = this.#requests.get(scope.id);
    if (known !== undefined && at < known.resetsAt) return known;
    const { startsAt, resetsAt } = budgetWindow({ period: "day", timeZone: scope.timeZone }, at);
    const isSeeded = known === undefined && startsAt <= this.#seed.at && this.#seed.at < resetsAt;
    const used = isSeeded ? (this.#seed.requests.get(scope.id) ?? 0) : 0;
    const count = { resetsAt, used };
    this.#requests.set(scope.id, count);
    return count;
  }

  #sweep(at: number): void {
    for (const [account, end] of this.#ends) {
      // A request that was admitted in a window may still be settled after it.
      if (end + LATE_MS > at) continue;
      this.#ends.delete(account);
      this.#balances.delete(account);
    }
    this.#sweepAt = this.#ends.size + SWEEP_AT;
  }
}

/** No exchange lasts longer. */
const LATE_MS = 24 * 3_600_000;

function refusalOf(state: BudgetState, claim: Claim): GatewayError | undefined {
  if (state.limitNano === undefined) return priceUnknown(state);
  const { amountNano, allowUnpriced, at } = claim;
  if (amountNano === undefined && !allowUnpriced) return priceUnknown(state);
  const amount = amountNano ?? 0n;
  // What costs nothing is covered by whatever is left.
  if (amount === 0n && amountNano !== undefined) return undefined;
  const isCovered = state.usedNano + amount <= state.limitNano;
  const isUsedUp = state.usedNano >= state.limitNano;
  return isCovered && !isUsedUp ? undefined : budgetExceeded(state, amount, at);
}
