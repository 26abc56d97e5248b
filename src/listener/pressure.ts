import { monitorEventLoopDelay } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";

/** When a process is out of head-room. */
export interface PressureLimits {
  readonly loopDelayMs: number;
  readonly heapPercent: number;
}

const NANOSECONDS_PER_MS = 1e6;
const WINDOW_MS = 1_000;
const RESOLUTION_MS = 20;

/**
 * Watches the event loop's delay and the heap, once a second, and says whether new exchanges should be shed (design R20).
 * Running ones are never touched. Owned by `main.ts`.
 */
export class PressureGauge implements Disposable {
  readonly #loopDelay: ReturnType<typeof monitorEventLoopDelay>;
  readonly #limits: () => PressureLimits;
  readonly #timer: NodeJS.Timeout;
  #shedding = false;
  #loopDelayP99Ms = 0;

  constructor(limits: () => PressureLimits) {
    this.#limits = limits;
    this.#loopDelay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.#loopDelay.enable();
    this.#timer = setInterval(() => this.#sample(), WINDOW_MS);
    this.#timer.unref();
  }

  /** Of the last whole second. */
  get loopDelayP99Ms(): number {
    return this.#loopDelayP99Ms;
  }

  get shedding(): boolean {
    return this.#shedding;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#loopDelay.disable();
  }

  #sample(): void {
    const limits = this.#limits();
    // The histogram counts the timer's own resolution as delay.
    const delayMs = Math.max(
      0,
      this.#loopDelay.percentile(99) / NANOSECONDS_PER_MS - RESOLUTION_MS,
    );
    this.#loopDelayP99Ms = delayMs;
    const { used_heap_size: used, heap_size_limit: most } = getHeapStatistics();
    this.#shedding = delayMs > limits.loopDelayMs || (used / most) * 100 > limits.heapPercent;
    this.#loopDelay.reset();
  }
}
