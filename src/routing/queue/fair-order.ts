import { Shares } from "./shares.ts";

/** Whose request it is, and how much of the upstream it takes. */
export interface Claim {
  readonly principal: string;
  /** Shares with the others of its principal. */
  readonly session: string;
  /** Tokens, as far as they are known before. */
  readonly tokens: number;
}

/** One that waits. */
export interface Waiter extends Claim {
  /** Counts up by arrival. */
  readonly turn: number;
}

interface Line<T extends Waiter> {
  /** By session, oldest first; never an empty one. */
  readonly sessions: Map<string, T[]>;
  readonly shares: Shares;
}

/** Those that wait, in the order in which they go: principals take turns, and within each its sessions; then by arrival. */
export class FairOrder<T extends Waiter> {
  readonly #shares = new Shares();
  /** By principal: those that wait, and those whose sessions are to be remembered. */
  readonly #lines = new Map<string, Line<T>>();
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(waiter: T): void {
    const { sessions } = this.#lineOf(waiter.principal);
    const waiting = sessions.get(waiter.session);
    if (waiting === undefined) sessions.set(waiter.session, [waiter]);
    else waiting.push(waiter);
    this.#length += 1;
  }

  /** Whoever's turn it is; undefined: nobody waits. */
  next(): T | undefined {
    let best: T | undefined;
    let bestMark = Infinity;
    for (const [principal, line] of this.#lines) {
      const head = headOf(line);
      if (head === undefined) continue;
      const mark = this.#shares.markOf(principal);
      if (isSooner(mark, head, bestMark, best)) [best, bestMark] = [head, mark];
    }
    return best;
  }

  /** Takes out one that waits; false: it is not here any more. */
  remove(waiter: T): boolean {
    const sessions = this.#lines.get(waiter.principal)?.sessions;
    const waiting = sessions?.get(waiter.session);
    const index = waiting?.indexOf(waiter) ?? -1;
    if (waiting === undefined || index < 0) return false;
    waiting.splice(index, 1);
    if (waiting.length === 0) sessions?.delete(waiter.session);
    this.#length -= 1;
    return true;
  }

  /** Somebody has its turn, having waited or not. */
  charge({ principal, session, tokens }: Claim): void {
    const cost = Math.max(1, tokens);
    this.#lineOf(principal).shares.charge(session, cost);
    this.#shares.charge(principal, cost);
    if (this.#lines.size > KEPT) this.#forgetPast();
  }

  #lineOf(principal: string): Line<T> {
    const known = this.#lines.get(principal);
    if (known !== undefined) return known;
    const line = { sessions: new Map<string, T[]>(), shares: new Shares() };
    this.#lines.set(principal, line);
    return line;
  }

  #forgetPast(): void {
    for (const [principal, { sessions }] of this.#lines) {
      if (sessions.size === 0 && this.#shares.isPast(principal)) this.#lines.delete(principal);
    }
  }
}

const KEPT = 64;

function headOf<T extends Waiter>({ sessions, shares }: Line<T>): T | undefined {
  let best: T | undefined;
  let bestMark = Infinity;
  for (const [session, [head]] of sessions) {
    if (head === undefined) continue;
    const mark = shares.markOf(session);
    if (isSooner(mark, head, bestMark, best)) [best, bestMark] = [head, mark];
  }
  return best;
}

function isSooner(mark: number, one: Waiter, bestMark: number, best: Waiter | undefined): boolean {
  if (best === undefined || mark < bestMark) return true;
  return mark === bestMark && one.turn < best.turn;
}
