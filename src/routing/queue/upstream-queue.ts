import { Allowance, type Share } from "../../base/allowance.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import { type Claim, FairOrder, type Waiter } from "./fair-order.ts";
import type { UpstreamLimits } from "./limits.ts";

/** Why a request got no place: too many wait, it waited long enough, or there is no room before it would have. */
export type BusyReason = "full" | "waited" | "no_room";

export interface Busy {
  readonly reason: BusyReason;
  /** An estimate, from a second to a minute: clients give up at once on more. */
  readonly retryAfterMs: number;
  readonly waitedMs: number;
}

/** A place at an upstream; disposing it gives it back, exactly once however often it is done. */
export interface Permit extends Disposable {
  readonly waitedMs: number;
  /** What the request really used; also after its end. */
  settle(tokens: number): void;
  /** One request more is sent for the same answer, without waiting for its turn. */
  again(): void;
}

/** A request that was put at the queue's end. */
export interface Waiting {
  readonly done: Promise<Result<Permit, Busy>>;
  /** The client left: the place goes to the next one, and `done` is refused. */
  readonly leave: () => void;
}

/** Time, and being called in time; gives what calls it off. */
export interface QueueTime {
  readonly nowMs: () => number;
  readonly after: (ms: number, call: () => void) => () => void;
}

interface Entry extends Waiter {
  readonly sinceMs: number;
  readonly end: (result: Result<Permit, Busy>) => void;
  cancel: () => void;
}

const MIN_RETRY_MS = 1_000;
/** Claude Code gives up at once when it is to wait for more than a minute (observed 2026-11-25, 2.1.197 and 2.1.329). */
const MAX_RETRY_MS = 59_000;
/** How long a request takes, where none has ended yet. */
const USUAL_MS = 5_000;
/** Weight of the newest in the mean. */
const NEWEST = 0.2;

/** Stands in front of one credential of an upstream: lets through what its limits allow, and the others wait their turn. */
export class UpstreamQueue {
  readonly #limits: UpstreamLimits;
  readonly #time: QueueTime;
  readonly #allowance: Allowance;
  readonly #order = new FairOrder<Entry>();
  #turn = 0;
  #pausedUntilMs = 0;
  #meanMs = USUAL_MS;
  #cancelTimer: (() => void) | undefined;

  constructor(limits: UpstreamLimits, time: QueueTime) {
    this.#limits = limits;
    this.#time = time;
    this.#allowance = new Allowance(limits);
  }

  get waiting(): number {
    return this.#order.length;
  }

  get running(): number {
    return this.#allowance.running;
  }

  /** True where nothing of it has to be remembered. */
  get isIdle(): boolean {
    const nowMs = this.#time.nowMs();
    return this.waiting === 0 && this.#pausedUntilMs <= nowMs && this.#allowance.isIdle(nowMs);
  }

  /** Whether a request would go at once. */
  hasRoom(tokens: number): boolean {
    return this.waiting === 0 && this.#blockedMs(tokens) === 0;
  }

  /** A place, where there is one at once. */
  enter(claim: Claim): Permit | undefined {
    return this.hasRoom(claim.tokens) ? this.#admit(claim, 0) : undefined;
  }

  /** Waits for a place, so long at most. */
  wait(claim: Claim, waitMs: number): Waiting {
    const refused = this.#refusal(claim, waitMs);
    if (refused !== undefined) {
      return { done: Promise.resolve(fail(refused)), leave: () => {} };
    }
    const { promise, resolve } = Promise.withResolvers<Result<Permit, Busy>>();
    const entry: Entry = {
      ...claim,
      turn: this.#turn,
      sinceMs: this.#time.nowMs(),
      end: resolve,
      cancel: () => {},
    };
    this.#turn += 1;
    const give = () => this.#giveUp(entry);
    entry.cancel = this.#time.after(waitMs, give);
    this.#order.add(entry);
    this.#pump();
    return { done: promise, leave: give };
  }

  /** The upstream said that it takes nothing for so long. */
  pause(ms: number): void {
    if (!this.#limits.pace) return;
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#time.nowMs() + ms);
    this.#pump();
  }

  /** Milliseconds until the next one may go; infinite: once a running one ends. */
  #blockedMs(tokens: number): number {
    const nowMs = this.#time.nowMs();
    const held = this.#allowance.holds(tokens, nowMs);
    return Math.max(0, this.#pausedUntilMs - nowMs, held?.waitMs ?? 0);
  }

  #refusal({ tokens }: Claim, waitMs: number): Busy | undefined {
    if (this.waiting >= this.#limits.queue) return this.#busy("full", tokens, 0);
    const nowMs = this.#time.nowMs();
    const held = this.#allowance.holds(tokens, nowMs);
    // What is taken for tokens may turn out to be less, and running ones may end; the rest is known.
    const surelyMs =
      held?.by === "requestsPerMinute" || held?.by === "requestsPerDay" ? held.waitMs : 0;
    const isHopeless = Math.max(surelyMs, this.#pausedUntilMs - nowMs) > waitMs;
    return isHopeless ? this.#busy("no_room", tokens, 0) : undefined;
  }

  #busy(reason: BusyReason, tokens: number, waitedMs: number): Busy {
    const nowMs = this.#time.nowMs();
    const ahead = this.waiting;
    const { concurrency } = this.#limits;
    const endsMs =
      concurrency === undefined || this.running < concurrency
        ? 0
        : (this.#meanMs * (ahead + 1)) / concurrency;
    const roomMs = Math.max(
      this.#allowance.roomMs(ahead, tokens, nowMs),
      this.#pausedUntilMs - nowMs,
      endsMs,
    );
    const retryAfterMs = Math.min(MAX_RETRY_MS, Math.max(MIN_RETRY_MS, Math.ceil(roomMs)));
    return { reason, retryAfterMs, waitedMs };
  }

  #giveUp(entry: Entry): void {
    if (!this.#order.remove(entry)) return;
    entry.cancel();
    const waitedMs = this.#time.nowMs() - entry.sinceMs;
    entry.end(fail(this.#busy("waited", entry.tokens, waitedMs)));
    this.#pump();
  }

  /** Lets go whoever's turn it is, as long as there is room; whoever is next is never passed by a smaller one. */
  #pump(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    for (;;) {
      const entry = this.#order.next();
      if (entry === undefined) return;
      const blockedMs = this.#blockedMs(entry.tokens);
      if (blockedMs > 0) {
        if (blockedMs < Infinity) {
          this.#cancelTimer = this.#time.after(blockedMs, () => this.#pump());
        }
        return;
      }
      this.#order.remove(entry);
      entry.cancel();
      entry.end(ok(this.#admit(entry, this.#time.nowMs() - entry.sinceMs)));
    }
  }

  #admit(claim: Claim, waitedMs: number): Permit {
    const nowMs = this.#time.nowMs();
    this.#order.charge(claim);
    const share = this.#allowance.take(claim.tokens, nowMs);
    return new Place(share, waitedMs, this.#time.nowMs, (isOver) => {
      if (isOver) this.#meanMs += NEWEST * (this.#time.nowMs() - nowMs - this.#meanMs);
      this.#pump();
    });
  }
}

class Place implements Permit {
  readonly waitedMs: number;
  readonly #share: Share;
  readonly #nowMs: () => number;
  readonly #changed: (isOver: boolean) => void;
  #over = false;

  constructor(
    share: Share,
    waitedMs: number,
    nowMs: () => number,
    changed: (isOver: boolean) => void,
  ) {
    this.#share = share;
    this.waitedMs = waitedMs;
    this.#nowMs = nowMs;
    this.#changed = changed;
  }

  settle(tokens: number): void {
    this.#share.settle(tokens, this.#nowMs());
    this.#changed(false);
  }

  again(): void {
    this.#share.again(this.#nowMs());
  }

  [Symbol.dispose](): void {
    if (this.#over) return;
    this.#over = true;
    this.#share[Symbol.dispose]();
    this.#changed(true);
  }
}
