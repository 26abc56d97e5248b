/** More than 2,000 starts a second: a batch for each turn of the event loop would cost more than what is in it. */
const FAST_START_GAP_MS = 0.5;
const LONGEST_GAP_MS = 10;
const GAP_WEIGHT = 0.05;

/** How fast starts come: the mean time between them, the last twenty or so counting most. */
export class StartPace {
  #startedAtMs = 0;
  #gapMs = LONGEST_GAP_MS;

  note(nowMs: number): void {
    const gapMs = Math.min(nowMs - this.#startedAtMs, LONGEST_GAP_MS);
    this.#startedAtMs = nowMs;
    this.#gapMs += (gapMs - this.#gapMs) * GAP_WEIGHT;
  }

  get isFast(): boolean {
    return this.#gapMs < FAST_START_GAP_MS;
  }
}
