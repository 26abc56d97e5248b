import { getHeapStatistics } from "node:v8";

/** When a process is out of head-room. */
export interface PressureLimits {
  readonly loopDelayMs: number;
  readonly heapPercent: number;
}

const INTERVAL_MS = 50;
/** Five seconds of samples: one pause, for a garbage collection or a busy machine, is not yet pressure. */
const SAMPLES = 100;
const HEAP_EVERY = 10;

/**
 * Watches the event loop's delay and the heap and says whether new exchanges should be shed (design R20). Running ones are
 * never touched. Owned by `main.ts`.
 */
export class PressureGauge implements Disposable {
  readonly #limits: () => PressureLimits;
  readonly #monotonicMs: () => number;
  readonly #delays = new Float64Array(SAMPLES);
  readonly #timer: NodeJS.Timeout;
  #dueMs: number;
  #taken = 0;
  #heapPercent = 0;
  #shedding = false;

  constructor(limits: () => PressureLimits, monotonicMs: () => number) {
    this.#limits = limits;
    this.#monotonicMs = monotonicMs;
    this.#dueMs = monotonicMs() + INTERVAL_MS;
    this.#timer = setInterval(() => this.sample(), INTERVAL_MS);
    this.#timer.unref();
  }

  /** Over the last hundred samples, five seconds on a loop that keeps up. */
  get loopDelayP99Ms(): number {
    return this.#delays.toSorted()[SAMPLES - 2] ?? 0;
  }

  get shedding(): boolean {
    return this.#shedding;
  }

  /** Takes one sample; the timer does, and tests may. */
  sample(): void {
    const nowMs = this.#monotonicMs();
    this.#delays[this.#taken % SAMPLES] = Math.max(0, nowMs - this.#dueMs);
    this.#dueMs = nowMs + INTERVAL_MS;
    if (this.#taken % HEAP_EVERY === 0) this.#heapPercent = heapPercent();
    this.#taken += 1;
    const limits = this.#limits();
    this.#shedding =
      this.#heapPercent > limits.heapPercent || this.loopDelayP99Ms > limits.loopDelayMs;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

function heapPercent(): number {
  const { used_heap_size: used, heap_size_limit: most } = getHeapStatistics();
  return (used / most) * 100;
}
