const FIRST_MS = 500;
const LONGEST_MS = 5_000;
const SPREAD = 0.4;

/** How long to wait before a repetition; the first is 0. `random` is from 0 to 1 and spreads repetitions by a fifth (req:X-F5). */
export function backoffMs(repetition: number, random: number): number {
  const base = Math.min(FIRST_MS * 2 ** repetition, LONGEST_MS);
  return Math.round(base * (1 - SPREAD / 2 + SPREAD * random));
}
