import type { HeaderList } from "../base/header-list.ts";
import type { AccountQuota, AccountQuotas } from "./accounts.ts";
import type { StatusFile } from "./status-file.ts";
import type { StatusLine } from "./status-line.ts";

/** What the watch writes to and reads time from. */
export interface QuotaWatchOptions {
  readonly accounts: AccountQuotas;
  /** Undefined: no status file is wanted. */
  readonly statusFile: StatusFile | undefined;
  readonly statusLine: StatusLine;
  /** Keeps an account's windows beyond this process. */
  readonly keep: (quota: AccountQuota) => void;
  readonly now: () => number;
}

/** Follows the subscription's windows on every answer that a seat was given. Made by `openQuota`. */
export class QuotaWatch {
  readonly #options: QuotaWatchOptions;

  constructor(options: QuotaWatchOptions) {
    this.#options = options;
  }

  /** Reads an answer's headers; only a subscription's own answers tell of its windows (design R8). */
  observe(
    caller: { readonly credentialClass: string; readonly account?: string },
    headers: HeaderList,
  ): void {
    if (caller.credentialClass !== "subscription" || caller.account === undefined) return;
    const { accounts, statusFile, statusLine, keep, now } = this.#options;
    const nowMs = now();
    const seen = accounts.observe(caller.account, headers, nowMs);
    if (seen === undefined) return;
    if (seen.changed) keep(seen.quota);
    if (!seen.hasUtilization) return;
    statusFile?.write(() => statusLine(seen.quota, nowMs));
  }

  /** The last known windows of every account, the most recently seen first. */
  snapshot(): readonly AccountQuota[] {
    return this.#options.accounts.snapshot();
  }
}
