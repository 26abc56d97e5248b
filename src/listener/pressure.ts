import { performance } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";

/** When a process is out of head-room. */
export interface PressureLimits {
  readonly loopDelayMs: number;
  readonly heapPercent: number;
}

const INTERVAL_MS = 50;
/** Five seconds of samples: one pause, for a garbage collection or a busy machine, is not yet pressure. */
const SAMPLES = 100;
const SAMPLES_PER_SECOND = 20;
/** A loop that idles is not behind with its own work, however late its timers are: something else has the processor. */
const BUSY_UTILIZATION = 0.9;

type Utilization = ReturnType<typeof performance.eventLoopUtilization>;

/** What the gauge reads; the process, unless a test says otherwise. */
export interface PressureSource {
  readonly monotonicMs: () => number;
  readonly heapPercent: () => number;
  /** 0 to 1, since the last call. */
  readonly loopUtilization: () => number;
}

/**
 * Watches the event loop and the heap and says whether new exchanges should be shed (design R20). Running ones are never
 * touched. Owned by `gateway.ts`.
 */
export class PressureGauge implements Disposable {
  readonly #limits: () => PressureLimits;
  readonly #source: PressureSource;
  readonly #delays = new Float64Array(SAMPLES);
  readonly #timer: NodeJS.Timeout;
  #dueMs: number;
  #taken = 0;
  #heapPercent = 0;
  #utilization = 0;
  #shedding = false;

  constructor(limits: () => PressureLimits, source: PressureSource) {
    this.#limits = limits;
    this.#source = source;
    this.#dueMs = source.monotonicMs() + INTERVAL_MS;
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
    const nowMs = this.#source.monotonicMs();
    this.#delays[this.#taken % SAMPLES] = Math.max(0, nowMs - this.#dueMs);
    this.#dueMs = nowMs + INTERVAL_MS;
    if (this.#taken % SAMPLES_PER_SECOND === 0) {
      this.#heapPercent = this.#source.heapPercent();
      this.#utilization = this.#source.loopUtilization();
    }
    this.#taken += 1;
    const limits = this.#limits();
    const isBehind =
      this.#utilization > BUSY_UTILIZATION && this.loopDelayP99Ms > limits.loopDelayMs;
    this.#shedding = isBehind || this.#heapPercent > limits.heapPercent;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** This process as a source. */
export function processPressure(monotonicMs: () => number): PressureSource {
  let last: Utilization = performance.eventLoopUtilization();
  return {
    monotonicMs,
    heapPercent() {
      const { used_heap_size: used, heap_size_limit: most } = getHeapStatistics();
      return (used / most) * 100;
    },
    loopUtilization() {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, last);
      last = now;
      return utilization;
    },
  };
}
