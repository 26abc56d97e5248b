import type { HeaderList } from "../base/header-list.ts";
import type { AccountQuota, AccountQuotas } from "./accounts.ts";
import type { StatusFile } from "./status-file.ts";
import type { OverflowNote, StatusLine } from "./status-line.ts";

/** What the watch writes to and reads time from. */
export interface QuotaWatchOptions {
  readonly accounts: AccountQuotas;
  /** Where an account's line goes; undefined: no status file is wanted. */
  readonly statusFileOf: (account: string) => StatusFile | undefined;
  readonly statusLine: StatusLine;
  /** An account's configuration directory, if it has one. */
  readonly directoryOf: (account: string) => string | undefined;
  /** Keeps an account's windows beyond this process. */
  readonly keep: (quota: AccountQuota) => void;
  readonly now: () => number;
}

/** Where an account's requests go instead of its own provider. */
export interface RedirectNote {
  /** A provider, such as `litellm`. */
  readonly to: string;
  /** Epoch milliseconds. */
  readonly sinceMs: number;
  /** In words, such as `7d at 91%`. */
  readonly reason: string;
}

/** An account's limits, and who pays or serves while it is full. */
export interface WatchedQuota extends AccountQuota {
  readonly overflow?: OverflowNote | undefined;
  readonly redirect?: RedirectNote | undefined;
  /** The configuration directory that is the account. */
  readonly directory?: string | undefined;
}

/** Follows the subscription's windows on every answer that a seat was given. Made by `openQuota`. */
export class QuotaWatch {
  readonly #options: QuotaWatchOptions;
  /** Accounts that overflow now; their number is bounded by that of the accounts. */
  readonly #overflowing = new Map<string, OverflowNote>();
  readonly #redirected = new Map<string, RedirectNote>();

  constructor(options: QuotaWatchOptions) {
    this.#options = options;
  }

  /** Reads an answer's headers; only a subscription's own answers tell of its windows (design R8). */
  observe(
    caller: { readonly credentialClass: string; readonly account?: string },
    headers: HeaderList,
  ): void {
    if (caller.credentialClass !== "subscription" || caller.account === undefined) return;
    const { accounts, keep, now } = this.#options;
    const nowMs = now();
    const seen = accounts.observe(caller.account, headers, nowMs);
    if (seen === undefined) return;
    if (seen.changed) keep(seen.quota);
    if (seen.hasUtilization) this.#writeStatus(seen.quota, nowMs);
  }

  /** What is known of one account. */
  find(account: string): AccountQuota | undefined {
    return this.#options.accounts.find(account);
  }

  /** Tells in the status file who pays for an account that is full; undefined: it serves again. */
  overflows(account: string, note: OverflowNote | undefined): void {
    if (note === undefined) {
      this.#overflowing.delete(account);
      return;
    }
    const quota = this.find(account);
    if (quota === undefined) return;
    this.#overflowing.set(account, note);
    this.#writeStatus(quota, this.#options.now());
  }

  /** Tells where an account's requests go; undefined: to itself again. */
  redirects(account: string, note: RedirectNote | undefined): void {
    if (note === undefined) this.#redirected.delete(account);
    else this.#redirected.set(account, note);
  }

  #writeStatus(quota: AccountQuota, nowMs: number): void {
    const { statusFileOf, statusLine } = this.#options;
    const note = this.#overflowing.get(quota.account);
    statusFileOf(quota.account)?.write(() => statusLine(quota, nowMs, note));
  }

  /** The last known windows of every account, the most recently seen first. */
  snapshot(): readonly WatchedQuota[] {
    return this.#options.accounts.snapshot().map((quota) => ({
      ...quota,
      overflow: this.#overflowing.get(quota.account),
      redirect: this.#redirected.get(quota.account),
      directory: this.#options.directoryOf(quota.account),
    }));
  }
}
