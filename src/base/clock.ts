/** Time as an argument: wall clock for timestamps, monotonic clock for durations. */
export interface Clock {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Milliseconds since an arbitrary start; never goes backwards. */
  readonly monotonicMs: () => number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
};
