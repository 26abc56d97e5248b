const FREE_FAILURES = 2;
const LONGEST_MS = 3_600_000;
/** So that several accounts, or machines, do not ask in step. */
const JITTER = 0.05;

/**
 * How long to wait before the next probe, in milliseconds: the interval, doubled for the third failure in a row and each
 * one after it, up to an hour. `random` is from 0 to 1, and a half changes nothing.
 */
export function probePauseMs(intervalMs: number, failures: number, random: number): number {
  const doublings = Math.max(0, failures - FREE_FAILURES);
  const pauseMs = Math.min(intervalMs * 2 ** doublings, Math.max(intervalMs, LONGEST_MS));
  return Math.round(pauseMs * (1 + JITTER * (2 * random - 1)));
}
