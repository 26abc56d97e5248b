import { isOver } from "./accounts.ts";
import type { QuotaWindow, UnifiedQuota } from "./unified-headers.ts";

/** How much of a budget is used, as a window of a subscription would say it. */
export interface BudgetUse {
  readonly usedPercent: number;
  /** Epoch milliseconds. */
  readonly resetsAtMs: number;
}

const PREFIX = "anthropic-ratelimit-unified-";
/** From here on clients warn. */
const WARN_PERCENT = 80;

/**
 * A seat's last known windows on an answer that a stored key paid for (design R8): without them the client forgets them.
 * The money that pays instead is told as what subscriptions call overage, which clients show as such.
 *
 * @source which fields clients read: claude-cli 2.1.197 and 2.1.329, their status line's input (observed 2026-11-24)
 */
export function seatHeaders(
  seat: UnifiedQuota,
  cap: BudgetUse | undefined,
  nowMs: number,
): string[] {
  const fields = seat.windows
    .filter((window) => window.window !== "overage" && !isOver(window, nowMs))
    .flatMap((window) => windowFields(window.window, window));
  if (seat.status !== undefined) fields.push(`${PREFIX}status`, seat.status);
  if (seat.resetsAtMs !== undefined) fields.push(`${PREFIX}reset`, seconds(seat.resetsAtMs));
  if (seat.representativeClaim !== undefined) {
    fields.push(`${PREFIX}representative-claim`, seat.representativeClaim);
  }
  fields.push(`${PREFIX}overage-in-use`, "true");
  return [...fields, ...windowFields("overage", budgetWindow(cap))];
}

/** A key's own budgets in the two windows that clients show: the shortest as `5h`, the longest as `7d`. */
export function budgetHeaders(budgets: readonly BudgetUse[]): string[] {
  const [first, ...others] = budgets.toSorted((a, b) => a.resetsAtMs - b.resetsAtMs);
  if (first === undefined) return [];
  const last = others.at(-1) ?? first;
  const tightest = budgets.reduce((a, b) => (b.usedPercent > a.usedPercent ? b : a));
  return [
    ...windowFields("5h", budgetWindow(first)),
    ...windowFields("7d", budgetWindow(last)),
    `${PREFIX}status`,
    statusOf(tightest),
    `${PREFIX}reset`,
    seconds(tightest.resetsAtMs),
    `${PREFIX}representative-claim`,
    tightest === last && last !== first ? "seven_day" : "five_hour",
  ];
}

function budgetWindow(use: BudgetUse | undefined): Omit<QuotaWindow, "window"> {
  if (use === undefined) return { status: "allowed" };
  return { usedPercent: use.usedPercent, status: statusOf(use), resetsAtMs: use.resetsAtMs };
}

/** Never `rejected`: this goes onto answers that were given. */
function statusOf({ usedPercent }: BudgetUse): string {
  return usedPercent >= WARN_PERCENT ? "allowed_warning" : "allowed";
}

function windowFields(
  name: string,
  { usedPercent, status, resetsAtMs }: Omit<QuotaWindow, "window">,
): string[] {
  const fields: string[] = [];
  if (usedPercent !== undefined) {
    fields.push(`${PREFIX}${name}-utilization`, String(Math.round(usedPercent * 100) / 10_000));
  }
  if (status !== undefined) fields.push(`${PREFIX}${name}-status`, status);
  if (resetsAtMs !== undefined) fields.push(`${PREFIX}${name}-reset`, seconds(resetsAtMs));
  return fields;
}

function seconds(epochMs: number): string {
  return String(Math.ceil(epochMs / 1_000));
}
