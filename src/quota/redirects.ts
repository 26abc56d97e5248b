import type { AccountQuota } from "./accounts.ts";
import { idOf, type SessionOwner } from "./owner.ts";
import { type HeldWindow, heldWindows, type RedirectRule } from "./redirect-rule.ts";

/** An account that is nearly full. */
export interface Redirected {
  readonly owner: SessionOwner;
  /** Epoch milliseconds. */
  readonly sinceMs: number;
  readonly windows: readonly HeldWindow[];
}

export interface RedirectsOptions {
  readonly find: (owner: SessionOwner) => AccountQuota | undefined;
  /** Undefined: nothing is redirected. */
  readonly rule: () => RedirectRule | undefined;
  readonly now: () => number;
  /** Once for each beginning and each end. */
  readonly onChange: (change: RedirectChange) => void;
}

export interface RedirectChange {
  readonly owner: SessionOwner;
  /** Undefined: the account is used again. */
  readonly redirected: Redirected | undefined;
  readonly quota: AccountQuota | undefined;
}

/**
 * Which sessions are redirected, in two steps so that they do not swing (`redirect-rule.ts`). Kept in memory: after a restart
 * the stored windows decide anew.
 */
export class Redirects {
  readonly #options: RedirectsOptions;
  readonly #byOwner = new Map<string, Redirected>();

  constructor(options: RedirectsOptions) {
    this.#options = options;
  }

  /** How a session stands now; tells of a change that answers or time have brought since. */
  check(owner: SessionOwner): Redirected | undefined {
    const { find, onChange } = this.#options;
    const id = idOf(owner);
    const isNew = !this.#byOwner.has(id);
    const redirected = this.#look(owner);
    if (redirected === undefined) {
      if (this.#byOwner.delete(id)) onChange({ owner, redirected, quota: find(owner) });
      return undefined;
    }
    this.#byOwner.set(id, redirected);
    if (isNew) onChange({ owner, redirected, quota: find(owner) });
    return redirected;
  }

  /** The same for somebody who only looks: nothing begins or ends by it. */
  find(owner: SessionOwner): Redirected | undefined {
    return this.#byOwner.has(idOf(owner)) ? this.#look(owner) : undefined;
  }

  #look(owner: SessionOwner): Redirected | undefined {
    const { find, rule, now } = this.#options;
    const before = this.#byOwner.get(idOf(owner));
    const current = rule();
    const quota = find(owner);
    if (current === undefined || quota === undefined) return undefined;
    const nowMs = now();
    const windows = heldWindows(before !== undefined, quota, current, nowMs);
    return windows.length === 0 ? undefined : { owner, sinceMs: before?.sinceMs ?? nowMs, windows };
  }
}

/** When a redirect ends by itself. */
export function endOf({ windows }: Redirected): number {
  return Math.max(...windows.map(({ untilMs }) => untilMs));
}

/** As people read it: `7d at 91%`. */
export function reasonOf({ windows }: Redirected): string {
  return windows
    .map(({ window, usedPercent }) => `${window} at ${Math.round(usedPercent)}%`)
    .join(", ");
}
