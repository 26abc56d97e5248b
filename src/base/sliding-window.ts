/** Something that was taken out of a window. */
export interface Taken {
  readonly atMs: number;
  amount: number;
  /** False once it is as old as the window. */
  inside: boolean;
}

/** What was taken of a limit within the last span, piece by piece: no span of that length ever holds more than the limit. */
export class SlidingWindow {
  readonly #limit: number;
  readonly #spanMs: number;
  /** Oldest first. */
  #taken: Taken[] = [];
  /** Index of the oldest one that is still inside. */
  #first = 0;
  #used = 0;

  constructor(limit: number, spanMs: number) {
    this.#limit = limit;
    this.#spanMs = spanMs;
  }

  usedAt(nowMs: number): number {
    this.#sweep(nowMs);
    return this.#used;
  }

  /** Milliseconds until so much fits, 0: now. More than the whole limit fits when nothing else is in the window. */
  waitMs(amount: number, nowMs: number): number {
    this.#sweep(nowMs);
    const most = this.#limit - Math.min(amount, this.#limit);
    let left = this.#used;
    if (left <= most) return 0;
    for (let index = this.#first; index < this.#taken.length; index += 1) {
      const oldest = this.#taken[index];
      if (oldest === undefined) break;
      left -= oldest.amount;
      if (left <= most) return oldest.atMs + this.#spanMs - nowMs;
    }
    return 0;
  }

  take(amount: number, nowMs: number): Taken {
    const taken = { atMs: nowMs, amount, inside: true };
    this.#taken.push(taken);
    this.#used += amount;
    return taken;
  }

  /** What was taken turned out to be another amount; where it is past already, only what is too little counts, from now. */
  correct(taken: Taken, amount: number, nowMs: number): void {
    this.#sweep(nowMs);
    if (taken.inside) {
      this.#used += amount - taken.amount;
      taken.amount = amount;
    } else if (amount > taken.amount) this.take(amount - taken.amount, nowMs);
  }

  #sweep(nowMs: number): void {
    for (;;) {
      const oldest = this.#taken[this.#first];
      if (oldest === undefined || oldest.atMs + this.#spanMs > nowMs) break;
      oldest.inside = false;
      this.#used -= oldest.amount;
      this.#first += 1;
    }
    if (this.#first < 64 || this.#first * 2 < this.#taken.length) return;
    this.#taken = this.#taken.slice(this.#first);
    this.#first = 0;
  }
}
