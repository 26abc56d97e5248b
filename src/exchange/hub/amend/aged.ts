interface Entry<T> {
  readonly value: T;
  readonly sinceMs: number;
}

/** Remembers a bounded number of things, each for a while; the oldest is forgotten first. */
export class Aged<T> {
  readonly #most: number;
  readonly #maxAgeMs: number;
  readonly #monotonicMs: () => number;
  readonly #entries = new Map<string, Entry<T>>();

  constructor(most: number, maxAgeMs: number, monotonicMs: () => number) {
    this.#most = most;
    this.#maxAgeMs = maxAgeMs;
    this.#monotonicMs = monotonicMs;
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    return this.#monotonicMs() - entry.sinceMs < this.#maxAgeMs ? entry.value : undefined;
  }

  set(key: string, value: T): void {
    this.#entries.delete(key);
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined && this.#entries.size >= this.#most) this.#entries.delete(oldest);
    this.#entries.set(key, { value, sinceMs: this.#monotonicMs() });
  }
}
