import type { Clock } from "../../../src/base/clock.ts";

/** So that windows of money and quota have a calendar to stand in. */
const EPOCH_MS = 1_790_000_000_000;

/** As much of one as is used here. */
interface Timer extends Disposable {
  readonly call: () => void;
  readonly repeats: boolean;
  readonly ms: number;
  atMs: number;
  readonly ref: () => Timer;
  readonly unref: () => Timer;
  readonly refresh: () => Timer;
}

/** The process's timers on a clock that stands still until it is moved. Disposing gives the real ones back. */
export class VirtualTimers implements Disposable {
  readonly #real = { setTimeout, clearTimeout, setInterval, clearInterval };
  readonly #timers = new Set<Timer>();
  #nowMs = 0;

  readonly clock: Clock = {
    now: () => EPOCH_MS + this.#nowMs,
    monotonicMs: () => this.#nowMs,
  };

  constructor() {
    const stop = (timer: Timer | undefined) => {
      if (timer !== undefined) this.#timers.delete(timer);
    };
    Object.assign(globalThis, {
      setTimeout: (call: () => void, ms = 0) => this.#set(call, ms, false),
      setInterval: (call: () => void, ms: number) => this.#set(call, ms, true),
      clearTimeout: stop,
      clearInterval: stop,
    });
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Calls what is due, in order, each followed by everything that it led to, until `isOver` or the end of time. */
  async run(isOver: () => boolean, endMs: number): Promise<void> {
    for (;;) {
      await settled();
      const next = isOver() ? undefined : this.#earliest();
      if (next === undefined || next.atMs > endMs) return;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      if (next.repeats) next.atMs += next.ms;
      else this.#timers.delete(next);
      next.call();
    }
  }

  [Symbol.dispose](): void {
    Object.assign(globalThis, this.#real);
  }

  #set(call: () => void, ms: number, repeats: boolean): Timer {
    const timer: Timer = {
      call,
      repeats,
      ms: Math.max(0, ms),
      atMs: this.#nowMs + Math.max(0, ms),
      ref: () => timer,
      unref: () => timer,
      refresh: () => {
        timer.atMs = this.#nowMs + timer.ms;
        this.#timers.add(timer);
        return timer;
      },
      [Symbol.dispose]: () => void this.#timers.delete(timer),
    };
    this.#timers.add(timer);
    return timer;
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

/** Promises, ticks and streams have gone on as far as they can: nothing here waits for anything outside of the process. */
async function settled(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}
