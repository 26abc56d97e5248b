import { SlidingWindow, type Taken } from "./sliding-window.ts";

/** How much may be asked of somebody; what is absent has no limit. */
export interface SpeedLimits {
  /** Requests under way at a time. */
  readonly concurrency?: number | undefined;
  readonly requestsPerMinute?: number | undefined;
  /** Within any 24 hours, as far as this process has seen them. */
  readonly requestsPerDay?: number | undefined;
  readonly tokensPerMinute?: number | undefined;
}

export type SpeedLimit = keyof SpeedLimits;

/** Why a request cannot go now. */
export interface Held {
  readonly by: SpeedLimit;
  /** Milliseconds until it may; infinite: only once a running one ends. */
  readonly waitMs: number;
}

/** A request's part of an allowance. Disposing it ends the request, however often it is done. */
export interface Share extends Disposable {
  /** What it really used, instead of what was taken for it; also after its end. */
  settle(tokens: number, nowMs: number): void;
  /** One request more is sent for the same answer; it does not wait, but the next ones do. */
  again(nowMs: number): void;
}

/** What left first may arrive last, and whoever counts at the other end must not see more than the limit either. */
const MINUTE_MS = 60_500;
const DAY_MS = 24 * 3_600_000 + 500;

/** Keeps limits of speed, by a clock that only goes forward. Owned by whoever stands in front of what is limited. */
export class Allowance {
  readonly #limits: SpeedLimits;
  readonly #requests: SlidingWindow | undefined;
  readonly #tokens: SlidingWindow | undefined;
  readonly #day: SlidingWindow | undefined;
  #running = 0;

  constructor(limits: SpeedLimits) {
    const { requestsPerMinute, requestsPerDay, tokensPerMinute } = limits;
    this.#limits = limits;
    this.#requests = windowOf(requestsPerMinute, MINUTE_MS);
    this.#day = windowOf(requestsPerDay, DAY_MS);
    this.#tokens = windowOf(tokensPerMinute, MINUTE_MS);
  }

  get running(): number {
    return this.#running;
  }

  isIdle(nowMs: number): boolean {
    const windows = [this.#requests, this.#day, this.#tokens];
    return this.#running === 0 && windows.every((window) => (window?.usedAt(nowMs) ?? 0) === 0);
  }

  /** What is in the way of a request of so many tokens longest; undefined: nothing. */
  holds(tokens: number, nowMs: number): Held | undefined {
    const { concurrency = Infinity } = this.#limits;
    if (this.#running >= concurrency) return { by: "concurrency", waitMs: Infinity };
    const requestsMs = this.#requests?.waitMs(1, nowMs) ?? 0;
    const dayMs = this.#day?.waitMs(1, nowMs) ?? 0;
    const tokensMs = this.#tokens?.waitMs(tokens, nowMs) ?? 0;
    if (dayMs > Math.max(requestsMs, tokensMs)) return { by: "requestsPerDay", waitMs: dayMs };
    if (requestsMs === 0 && tokensMs === 0) return undefined;
    return requestsMs < tokensMs
      ? { by: "tokensPerMinute", waitMs: tokensMs }
      : { by: "requestsPerMinute", waitMs: requestsMs };
  }

  take(tokens: number, nowMs: number): Share {
    this.#running += 1;
    this.#takeRequest(nowMs);
    const taken = this.#tokens?.take(tokens, nowMs);
    let over = false;
    return {
      settle: (used, atMs) => this.#settle(taken, used, atMs),
      again: (atMs) => this.#takeRequest(atMs),
      [Symbol.dispose]: () => {
        if (over) return;
        over = true;
        this.#running -= 1;
      },
    };
  }

  /** Milliseconds until the windows have room for one request more behind so many others, if all are alike. */
  roomMs(ahead: number, tokens: number, nowMs: number): number {
    const { requestsPerMinute = Infinity, tokensPerMinute = Infinity } = this.#limits;
    const perMinute = Math.max(1, Math.min(requestsPerMinute, tokensPerMinute / (tokens || 1)));
    if (perMinute === Infinity) return this.#day?.waitMs(ahead + 1, nowMs) ?? 0;
    const minutes = Math.floor(ahead / perMinute);
    const rest = Math.floor(ahead % perMinute) + 1;
    const requestsMs = this.#requests?.waitMs(rest, nowMs) ?? 0;
    const tokensMs = this.#tokens?.waitMs(rest * tokens, nowMs) ?? 0;
    const dayMs = this.#day?.waitMs(rest, nowMs) ?? 0;
    return Math.max(minutes * MINUTE_MS + Math.max(requestsMs, tokensMs), dayMs);
  }

  #takeRequest(nowMs: number): void {
    this.#requests?.take(1, nowMs);
    this.#day?.take(1, nowMs);
  }

  #settle(taken: Taken | undefined, tokens: number, nowMs: number): void {
    if (taken !== undefined) this.#tokens?.correct(taken, tokens, nowMs);
  }
}

function windowOf(limit: number | undefined, spanMs: number): SlidingWindow | undefined {
  return limit === undefined ? undefined : new SlidingWindow(limit, spanMs);
}
