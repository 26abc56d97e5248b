/** Repetitions under way, as a share of all attempts; so many are allowed in any case (rel:U-10). */
const PERCENT = 20;
const AT_LEAST = 3;

interface Counts {
  readonly active: number;
  readonly repeating: number;
}

/** One attempt under way, until it is disposed. */
export interface BudgetedAttempt extends Disposable {
  /**
   * Takes a repetition that this attempt's failure leads to; undefined where too many are under way. To be given back once its
   * answer has begun, or it failed too.
   */
  repeat(): (() => void) | undefined;
}

/**
 * Keeps what fails from being multiplied: repetitions, and moves to the next candidate, are a small part of what is under way,
 * or the failure is shown (rel:U-10). Owned by `gateway.ts`; knows only upstreams at which something is under way.
 */
export class RetryBudget {
  #all = NOTHING;
  readonly #upstreams = new Map<string, Counts>();

  /** Repetitions under way. */
  get repeating(): number {
    return this.#all.repeating;
  }

  /** Counts an attempt at an upstream until its end. */
  begin(upstream: string): BudgetedAttempt {
    this.#change(upstream, { active: 1, repeating: 0 });
    return {
      repeat: () => this.#repeat(upstream),
      [Symbol.dispose]: once(() => this.#change(upstream, { active: -1, repeating: 0 })),
    };
  }

  #repeat(upstream: string): (() => void) | undefined {
    if (!this.#hasRoom(this.#all) || !this.#hasRoom(this.#upstreams.get(upstream) ?? NOTHING)) {
      return undefined;
    }
    this.#change(upstream, { active: 0, repeating: 1 });
    return once(() => this.#change(upstream, { active: 0, repeating: -1 }));
  }

  #hasRoom({ active, repeating }: Counts): boolean {
    return repeating < Math.max(AT_LEAST, Math.floor((active * PERCENT) / 100));
  }

  #change(upstream: string, by: Counts): void {
    this.#all = add(this.#all, by);
    const counts = add(this.#upstreams.get(upstream) ?? NOTHING, by);
    if (counts.active === 0 && counts.repeating === 0) this.#upstreams.delete(upstream);
    else this.#upstreams.set(upstream, counts);
  }
}

const NOTHING: Counts = { active: 0, repeating: 0 };

function add(a: Counts, b: Counts): Counts {
  return { active: a.active + b.active, repeating: a.repeating + b.repeating };
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    act();
  };
}
