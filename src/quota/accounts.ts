import type { HeaderList } from "../base/header-list.ts";
import { extendSeries, type QuotaSeries } from "./forecast.ts";
import { idOf, type SessionOwner } from "./owner.ts";
import { parseUnified, type QuotaWindow, type UnifiedQuota } from "./unified-headers.ts";

/** What one principal was told of one account's limits. Plain data, fit to be stored as JSON. */
export interface AccountQuota extends UnifiedQuota, SessionOwner {
  /** Epoch milliseconds of the answer that was read last. */
  readonly observedAtMs: number;
  /** How its windows filled, for the forecast. */
  readonly series?: QuotaSeries | undefined;
}

/** What an answer told. */
export interface Observation {
  readonly quota: AccountQuota;
  /** True when it told how much of a window is used; only then is the status file rewritten. */
  readonly hasUtilization: boolean;
  /** True when something differs from what was known, the time aside. */
  readonly changed: boolean;
}

/** What people should hear of, at most once. */
export interface QuotaNotices {
  /** A second account uses this gateway, so one status file speaks for whoever came last. */
  readonly onSecondAccount?: () => void;
}

const MAX_OWNERS = 1000;

/** The last known limits of every account seen, for each of its users apart. Owned by `openQuota`, one per process. */
export class AccountQuotas {
  /** The least recently seen first. */
  readonly #byOwner = new Map<string, AccountQuota>();
  readonly #notices: QuotaNotices;
  readonly #maxOwners: number;
  readonly #seen = {
    account: undefined as string | undefined,
    second: false,
  };

  constructor(options: { readonly notices?: QuotaNotices; readonly maxOwners?: number } = {}) {
    this.#notices = options.notices ?? {};
    this.#maxOwners = options.maxOwners ?? MAX_OWNERS;
  }

  /** Reads an answer to a request that the owner's account paid for; undefined when it tells no limits. */
  observe(owner: SessionOwner, headers: HeaderList, nowMs: number): Observation | undefined {
    const { principal, account } = owner;
    this.#noteAccount(account);
    const told = parseUnified(headers);
    if (told === undefined) return undefined;
    const before = this.find(owner);
    const hasUtilization = told.windows.some(({ usedPercent }) => usedPercent !== undefined);
    const merged = merge(before, told, hasUtilization, nowMs);
    const series = extendSeries(before?.series, merged.windows, nowMs);
    const quota = { ...merged, principal, account, observedAtMs: nowMs, series };
    this.#put(quota);
    return { quota, hasUtilization, changed: before === undefined || differs(before, quota) };
  }

  find(owner: SessionOwner): AccountQuota | undefined {
    return this.#byOwner.get(idOf(owner));
  }

  /** The most recently seen first. */
  snapshot(): readonly AccountQuota[] {
    return [...this.#byOwner.values()].toReversed();
  }

  /** Takes up what an earlier process knew; what this one saw itself is newer and stays. */
  restore(quotas: Iterable<AccountQuota>): void {
    const own = [...this.#byOwner.values()];
    for (const quota of [...quotas].toSorted((a, b) => a.observedAtMs - b.observedAtMs)) {
      this.#put(quota);
    }
    for (const quota of own) this.#put(quota);
  }

  #put(quota: AccountQuota): void {
    const id = idOf(quota);
    this.#byOwner.delete(id);
    this.#byOwner.set(id, Object.freeze(quota));
    for (const oldest of this.#byOwner.keys()) {
      if (this.#byOwner.size <= this.#maxOwners) return;
      this.#byOwner.delete(oldest);
    }
  }

  #noteAccount(account: string): void {
    this.#seen.account ??= account;
    if (this.#seen.second || this.#seen.account === account) return;
    this.#seen.second = true;
    this.#notices.onSecondAccount?.();
  }
}

/**
 * An answer that tells how much is used speaks for the account as a whole; one that does not (a throttle, an error) only
 * adds what it says. Windows that an answer leaves out keep their last value until they reset, where it is known when that is.
 */
function merge(
  before: UnifiedQuota | undefined,
  told: UnifiedQuota,
  isWhole: boolean,
  nowMs: number,
): UnifiedQuota {
  const windows = (before?.windows ?? []).filter(
    (window) =>
      !isOver(window, nowMs) &&
      (!isWhole ||
        window.resetsAtMs !== undefined ||
        told.windows.some((named) => named.window === window.window)),
  );
  for (const window of told.windows) {
    const index = windows.findIndex((known) => known.window === window.window);
    if (index === -1) windows.push(window);
    else windows[index] = mergeWindow(windows[index], window);
  }
  if (isWhole || before === undefined) return { ...told, windows };
  return {
    windows,
    status: told.status ?? before.status,
    resetsAtMs: told.resetsAtMs ?? before.resetsAtMs,
    representativeClaim: told.representativeClaim ?? before.representativeClaim,
    other: { ...before.other, ...told.other },
  };
}

function mergeWindow(before: QuotaWindow | undefined, told: QuotaWindow): QuotaWindow {
  const isNewPeriod =
    told.resetsAtMs !== undefined &&
    before?.resetsAtMs !== undefined &&
    told.resetsAtMs !== before.resetsAtMs;
  if (before === undefined || isNewPeriod) return told;
  return {
    window: told.window,
    usedPercent: told.usedPercent ?? before.usedPercent,
    status: told.status ?? before.status,
    resetsAtMs: told.resetsAtMs ?? before.resetsAtMs,
  };
}

/** True once the window has started anew, so that what is known of it no longer holds. */
export function isOver(window: QuotaWindow, nowMs: number): boolean {
  return window.resetsAtMs !== undefined && window.resetsAtMs <= nowMs;
}

function differs(before: UnifiedQuota, after: UnifiedQuota): boolean {
  if (before.status !== after.status || before.resetsAtMs !== after.resetsAtMs) return true;
  if (before.representativeClaim !== after.representativeClaim) return true;
  if (before.windows.length !== after.windows.length) return true;
  const names = Object.keys(after.other);
  if (names.length !== Object.keys(before.other).length) return true;
  if (names.some((name) => before.other[name] !== after.other[name])) return true;
  return after.windows.some((window, index) => {
    const old = before.windows[index];
    return (
      window.window !== old?.window ||
      window.usedPercent !== old.usedPercent ||
      window.status !== old.status ||
      window.resetsAtMs !== old.resetsAtMs
    );
  });
}
