/** Where a conversation's prompt was written into a cache, and until when it can be read there. */
export interface WarmPlace {
  /** As `placeKey` has it. */
  readonly place: string;
  /** Tokens of the prompt that are in the cache. */
  readonly tokens: number;
  /** Tokens of the last answer: what the next one may have. */
  readonly output: number;
  /** Written for an hour, not for five minutes. */
  readonly isLong: boolean;
  /** Epoch milliseconds. */
  readonly untilMs: number;
}

/** What one answer told of the cache; tokens as the provider counted them. */
export interface CacheUse {
  readonly read: number;
  readonly written: number;
  /** Some of it for an hour. */
  readonly isLong: boolean;
  readonly output: number;
}

/** @source https://platform.claude.com/docs/en/build-with-claude/prompt-caching (read 2026-11): reading renews it */
const SHORT_MS = 5 * 60_000;
const LONG_MS = 60 * 60_000;
/** About 200 bytes each. */
const MAX_CONVERSATIONS = 10_000;

/** Remembers for each conversation where its cache is warm; the least recently used are forgotten. */
export class WarmPlaces {
  readonly #places = new Map<string, WarmPlace>();

  /** An answer that neither read nor wrote leaves nothing warm. */
  note(conversation: string, place: string, use: CacheUse, nowMs: number): void {
    const before = this.#places.get(conversation);
    this.#places.delete(conversation);
    const tokens = use.read + use.written;
    if (tokens === 0) return;
    // What is only read keeps the time for which it was written.
    const isLong = use.isLong || (before?.place === place && before.isLong);
    this.#places.set(conversation, {
      place,
      tokens,
      output: use.output,
      untilMs: nowMs + (isLong ? LONG_MS : SHORT_MS),
      isLong,
    });
    for (const oldest of this.#places.keys()) {
      if (this.#places.size <= MAX_CONVERSATIONS) break;
      this.#places.delete(oldest);
    }
  }

  find(conversation: string, nowMs: number): WarmPlace | undefined {
    const place = this.#places.get(conversation);
    return place === undefined || place.untilMs <= nowMs ? undefined : place;
  }
}
