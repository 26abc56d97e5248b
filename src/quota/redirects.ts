import type { AccountQuota } from "./accounts.ts";
import { idOf, type SessionOwner } from "./full-sessions.ts";
import { type HeldWindow, heldWindows, type RedirectRule } from "./redirect-rule.ts";

/** An account that is nearly full. */
export interface Redirected {
  readonly owner: SessionOwner;
  /** Epoch milliseconds. */
  readonly sinceMs: number;
  readonly windows: readonly HeldWindow[];
}

export interface RedirectsOptions {
  readonly find: (account: string) => AccountQuota | undefined;
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
 * Which sessions are redirected, in two steps so that they do not swing (`redirect-rule.ts`). Windows are known by account,
 * redirects by its user as well. Kept in memory: after a restart the stored windows decide anew.
 */
export class Redirects {
  readonly #options: RedirectsOptions;
  readonly #byOwner = new Map<string, Redirected>();

  constructor(options: RedirectsOptions) {
    this.#options = options;
  }

  /** How a session stands now; tells of a change that answers or time have brought since. */
  check(owner: SessionOwner): Redirected | undefined {
    const { find, rule, now, onChange } = this.#options;
    const id = idOf(owner);
    const before = this.#byOwner.get(id);
    const current = rule();
    const quota = find(owner.account);
    const nowMs = now();
    const windows =
      current === undefined || quota === undefined
        ? []
        : heldWindows(before !== undefined, quota, current, nowMs);
    if (windows.length === 0) {
      if (this.#byOwner.delete(id)) onChange({ owner, redirected: undefined, quota });
      return undefined;
    }
    const redirected = { owner, sinceMs: before?.sinceMs ?? nowMs, windows };
    this.#byOwner.set(id, redirected);
    if (before === undefined) onChange({ owner, redirected, quota });
    return redirected;
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
