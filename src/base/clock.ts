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

/** The same clock, whose wall shows another time; undefined: its own. */
export function clockAt(clock: Clock, epochMs: number | undefined): Clock {
  return epochMs === undefined ? clock : { ...clock, now: () => epochMs };
}
