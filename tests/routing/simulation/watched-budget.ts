import { type BudgetedAttempt, RetryBudget } from "../../../src/routing/failure/retry-budget.ts";

/** Whose repetitions are counted. */
export interface Repeating {
  /** Granted, and not over. */
  permits: number;
}

/** The real budget, with a count of our own beside it. */
export class WatchedBudget extends RetryBudget {
  readonly #current: () => Repeating | undefined;
  #active = 0;
  #granted = 0;

  constructor(current: () => Repeating | undefined) {
    super();
    this.#current = current;
  }

  override begin(upstream: string): BudgetedAttempt {
    const counted = super.begin(upstream);
    this.#active += 1;
    const end = once(() => {
      this.#active -= 1;
    });
    return {
      repeat: () => this.#watch(counted.repeat()),
      [Symbol.dispose]: () => {
        end();
        counted[Symbol.dispose]();
      },
    };
  }

  #watch(over: (() => void) | undefined): (() => void) | undefined {
    if (over === undefined) return undefined;
    const most = Math.max(3, Math.floor(this.#active * 0.2));
    if (this.#granted >= most) throw new Error(`${this.#granted + 1} repetitions, of ${most}`);
    const exchange = this.#current();
    if (exchange === undefined) throw new Error("nobody's repetition");
    this.#granted += 1;
    exchange.permits += 1;
    const end = once(() => {
      this.#granted -= 1;
      exchange.permits -= 1;
    });
    return () => {
      end();
      over();
    };
  }
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
}
