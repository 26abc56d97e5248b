import type { AccountQuota } from "./accounts.ts";
import type { QuotaWindow } from "./unified-headers.ts";

/** When an account's requests go on elsewhere. */
export interface RedirectRule {
  /** Whole percentages at which a window is as good as full. */
  readonly at: {
    readonly fiveHour: number;
    readonly sevenDay: number;
    readonly overage: number;
  };
  /** How far below that every window has to be before the account is used again. */
  readonly hysteresis: number;
  /** A window that resets sooner than this does not begin a redirect. */
  readonly preferWait: number;
}

/** A window that keeps an account from being used. */
export interface HeldWindow {
  readonly window: string;
  readonly usedPercent: number;
  /** Epoch milliseconds; then it no longer does. */
  readonly untilMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The windows that count (req:C-16), as headers call them, and how long each lasts at most. */
const WINDOWS = [
  { window: "5h", name: "fiveHour", longestMs: 5 * HOUR_MS },
  { window: "7d", name: "sevenDay", longestMs: 7 * DAY_MS },
  { window: "overage", name: "overage", longestMs: 31 * DAY_MS },
] as const;

/**
 * The windows for which an account is, or stays, redirected; none: it is used. One window at its percentage begins a
 * redirect; to end it, all have to be below theirs less the hysteresis, or over. A window whose reset is not told is over at
 * the latest when one that had just begun would be.
 */
export function heldWindows(
  wasRedirected: boolean,
  quota: AccountQuota,
  rule: RedirectRule,
  nowMs: number,
): readonly HeldWindow[] {
  const held: HeldWindow[] = [];
  for (const { window, name, longestMs } of WINDOWS) {
    const told = quota.windows.find((candidate) => candidate.window === window);
    if (told?.usedPercent === undefined) continue;
    const untilMs = told.resetsAtMs ?? quota.observedAtMs + longestMs;
    const limit = rule.at[name] - (wasRedirected ? rule.hysteresis : 0);
    const isWaitedFor = !wasRedirected && untilMs - nowMs < rule.preferWait;
    if (told.usedPercent >= limit && untilMs > nowMs && !isWaitedFor) {
      held.push({ window, usedPercent: told.usedPercent, untilMs });
    }
  }
  return held;
}

/** Of the three windows that count, what is known now. */
export function countedWindows(quota: AccountQuota | undefined): readonly QuotaWindow[] {
  return WINDOWS.map(
    ({ window }) => quota?.windows.find((told) => told.window === window) ?? { window },
  );
}
