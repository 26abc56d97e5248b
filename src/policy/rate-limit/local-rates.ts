import { Allowance, type Share } from "../../base/allowance.ts";
import type { GatewayError } from "../../base/errors.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import { isSameSpeed, type KeySpeed, type RateLimit } from "./key-limits.ts";
import { rateLimited } from "./refusal.ts";

/** One request of a key that has limits of speed. */
export interface RateClaim {
  readonly key: { readonly id: string; readonly name: string; readonly speed: KeySpeed };
  /** Requests without a session count as one session. */
  readonly session: string;
  /** Undefined: only the rate of requests is asked, as for a count of tokens (design R22). */
  readonly tokens: number | undefined;
}

export interface RateRefusal {
  readonly limit: RateLimit;
  readonly error: GatewayError;
}

/** Keeps the speed of keys; what several processes share would stand behind the same verb. */
export interface RateLimits {
  /** A part of all that the key may have, to be disposed when the request is over; or the limit that it has reached. */
  enter(claim: RateClaim): Promise<Result<Share, RateRefusal>>;
}

interface Known {
  readonly speed: KeySpeed;
  readonly rates: Allowance;
  readonly running: Allowance;
  /** Those with something under way. */
  readonly sessions: Map<string, Allowance>;
}

/** The speed of keys in this process's memory. Owned by `gateway.ts`. */
export class LocalRates implements RateLimits {
  readonly #nowMs: () => number;
  readonly #known = new Map<string, Known>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  async enter({ key, session, tokens }: RateClaim): Promise<Result<Share, RateRefusal>> {
    const known = this.#find(key);
    const nowMs = this.#nowMs();
    const wanted = tokens ?? 0;
    const ofSession =
      known.sessions.get(session) ?? new Allowance({ concurrency: key.speed.sessionConcurrency });
    const asked = tokens === undefined ? [known.rates] : [known.rates, known.running, ofSession];
    for (const allowance of asked) {
      const held = allowance.holds(wanted, nowMs);
      if (held === undefined) continue;
      const ofRunning = allowance === ofSession ? "session_concurrency" : "concurrency";
      const ofRate = held.by === "tokensPerMinute" ? "tpm" : "rpm";
      const limit = held.by === "concurrency" ? ofRunning : ofRate;
      return fail({ limit, error: rateLimited(limit, key, held.waitMs) });
    }
    const shares = asked.map((allowance) => allowance.take(wanted, nowMs));
    if (tokens !== undefined) known.sessions.set(session, ofSession);
    return ok({
      settle: (used, atMs) => {
        if (tokens !== undefined) for (const share of shares) share.settle(used, atMs);
      },
      again: (atMs) => {
        for (const share of shares) share.again(atMs);
      },
      [Symbol.dispose]: () => {
        for (const share of shares) share[Symbol.dispose]();
        if (ofSession.running === 0 && known.sessions.get(session) === ofSession) {
          known.sessions.delete(session);
        }
      },
    });
  }

  /** New limits begin with an empty minute. */
  #find({ id, speed }: RateClaim["key"]): Known {
    const before = this.#known.get(id);
    if (before !== undefined && isSameSpeed(before.speed, speed)) return before;
    const { requestsPerMinute, tokensPerMinute, concurrency } = speed;
    const known = {
      speed,
      rates: new Allowance({ requestsPerMinute, tokensPerMinute }),
      running: new Allowance({ concurrency }),
      sessions: new Map<string, Allowance>(),
    };
    this.#known.set(id, known);
    return known;
  }
}
