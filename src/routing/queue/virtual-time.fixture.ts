import type { QueueTime } from "./upstream-queue.ts";

interface Timer {
  readonly atMs: number;
  readonly call: () => void;
}

/** A clock that stands still until it is moved, and calls what is due on its way. */
export class VirtualTime implements QueueTime {
  #nowMs = 0;
  readonly #timers = new Set<Timer>();

  readonly nowMs = (): number => this.#nowMs;

  readonly after = (ms: number, call: () => void): (() => void) => {
    const timer = { atMs: this.#nowMs + ms, call };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  get pending(): number {
    return this.#timers.size;
  }

  /** Calls everything that is due until then, in order, each followed by what it resolved. */
  async runUntil(endMs: number): Promise<void> {
    for (;;) {
      await settled();
      const next = this.#earliest();
      if (next === undefined || next.atMs > endMs) break;
      this.#timers.delete(next);
      this.#nowMs = next.atMs;
      next.call();
    }
    this.#nowMs = Math.max(this.#nowMs, endMs);
  }

  #earliest(): Timer | undefined {
    let earliest: Timer | undefined;
    for (const timer of this.#timers) {
      // Of two at a time the one that was set first, which is also first in the set.
      if (earliest === undefined || timer.atMs < earliest.atMs) earliest = timer;
    }
    return earliest;
  }
}

/** Everything that waits for a promise has gone on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
}
