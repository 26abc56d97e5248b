/**
 * Who goes next among those that share something: whoever has had least of it (start-time fair queueing).
 *
 * Every key has a mark at which its last turn ends, in units of what its turns cost; the smallest mark goes next. Whoever
 * comes new, or anew, begins where the others are: nobody saves up turns, and nobody pays for what it had alone.
 *
 * @source Goyal, Vin, Cheng: Start-time Fair Queuing, SIGCOMM 1996 (read 2026-11-26)
 */
export class Shares {
  readonly #ends = new Map<string, number>();
  #now = 0;

  /** The smaller, the sooner. */
  markOf(key: string): number {
    return Math.max(this.#now, this.#ends.get(key) ?? 0);
  }

  /** A key has its turn. */
  charge(key: string, cost: number): void {
    const mark = this.markOf(key);
    this.#now = Math.max(this.#now, mark);
    this.#ends.set(key, mark + cost);
    if (this.#ends.size > KEPT) this.#forgetPast();
  }

  /** True where nothing of it has to be remembered. */
  isPast(key: string): boolean {
    return (this.#ends.get(key) ?? 0) <= this.#now;
  }

  #forgetPast(): void {
    for (const key of this.#ends.keys()) if (this.isPast(key)) this.#ends.delete(key);
  }
}

const KEPT = 64;
