import type { HeaderList } from "../base/header-list.ts";
import type { AccountQuota, AccountQuotas } from "./accounts.ts";
import type { FirstAnswers } from "./first-answers.ts";
import { idOf, type SessionOwner } from "./owner.ts";
import type { StatusFile } from "./status-file.ts";
import type { OverflowNote, StatusLine } from "./status-line.ts";

/** What the watch writes to and reads time from. */
export interface QuotaWatchOptions {
  readonly accounts: AccountQuotas;
  readonly firstAnswers: FirstAnswers;
  /** Where an account's line goes; undefined: no status file is wanted. */
  readonly statusFileOf: (account: string) => StatusFile | undefined;
  readonly statusLine: StatusLine;
  /** An account's configuration directory, if it has one. */
  readonly directoryOf: (account: string) => string | undefined;
  /** Keeps windows beyond this process. */
  readonly keep: (quota: AccountQuota) => void;
  readonly now: () => number;
}

/** Where a session's requests go instead of its own provider. */
export interface RedirectNote {
  /** A provider, such as `litellm`. */
  readonly to: string;
  /** Epoch milliseconds. */
  readonly sinceMs: number;
  /** When it ends at the latest. */
  readonly untilMs: number;
  /** In words, such as `7d at 91%`. */
  readonly reason: string;
}

/** An account's limits, and who pays or serves while it is full. */
export interface WatchedQuota extends AccountQuota {
  readonly overflow?: OverflowNote | undefined;
  /** Known to whoever redirects; not part of what is watched here. */
  readonly redirect?: RedirectNote | undefined;
  /** The configuration directory that is the account. */
  readonly directory?: string | undefined;
}

/** Follows the subscription's windows on every answer that a seat was given. Made by `openQuota`. */
export class QuotaWatch {
  readonly #options: QuotaWatchOptions;
  /** Sessions that overflow now; their number is bounded by that of the owners known. */
  readonly #overflowing = new Map<string, OverflowNote>();

  constructor(options: QuotaWatchOptions) {
    this.#options = options;
  }

  /**
   * Reads the headers of a session's own answer; no other tells of its windows (design R8). Of an answer to a message it is
   * expected that it does.
   */
  observe(owner: SessionOwner, headers: HeaderList, isMessage = false): void {
    const { accounts, firstAnswers, keep, now } = this.#options;
    const nowMs = now();
    const seen = accounts.observe(owner, headers, nowMs);
    firstAnswers.note(headers, { isSilent: isMessage && seen?.hasUtilization !== true });
    if (seen === undefined) return;
    if (seen.changed) keep(seen.quota);
    if (seen.hasUtilization) this.#writeStatus(seen.quota, nowMs);
  }

  find(owner: SessionOwner): AccountQuota | undefined {
    return this.#options.accounts.find(owner);
  }

  /** Tells in the status file who pays for a session that is full; undefined: it serves again. */
  overflows(owner: SessionOwner, note: OverflowNote | undefined): void {
    if (note === undefined) {
      this.#overflowing.delete(idOf(owner));
      return;
    }
    const quota = this.find(owner);
    if (quota === undefined) return;
    this.#overflowing.set(idOf(owner), note);
    this.#writeStatus(quota, this.#options.now());
  }

  #writeStatus(quota: AccountQuota, nowMs: number): void {
    const { statusFileOf, statusLine } = this.#options;
    const note = this.#overflowing.get(idOf(quota));
    statusFileOf(quota.account)?.write(() => statusLine(quota, nowMs, note));
  }

  /** The last known windows of every account and user, the most recently seen first. */
  snapshot(): readonly WatchedQuota[] {
    return this.#options.accounts.snapshot().map((quota) => ({
      ...quota,
      overflow: this.#overflowing.get(idOf(quota)),
      directory: this.#options.directoryOf(quota.account),
    }));
  }
}
