import { isOver } from "./accounts.ts";
import { forecast, type WindowSeries } from "./forecast.ts";
import { isPast } from "./status-line.ts";
import type { QuotaWindow } from "./unified-headers.ts";
import type { WatchedQuota } from "./watch.ts";

/** One account's limits as `/me/quota` answers them; null is unknown. */
export interface QuotaDescription {
  /** The beginning of the account's hash: enough to tell accounts apart. */
  readonly account: string;
  /** Who was told them. */
  readonly principal: string;
  /** The configuration directory that is the account; null where a token is. */
  readonly directory: string | null;
  readonly observed_at: string;
  readonly status: string | null;
  /** The window that binds, in the provider's words. */
  readonly bottleneck: string | null;
  readonly windows: readonly WindowDescription[];
  /** Who pays while the account is full; null while it serves. */
  readonly overflow: OverflowDescription | null;
  /** Where its requests go instead; null while they go to the provider itself. */
  readonly redirect: RedirectDescription | null;
  /** What else the provider told, in its words: `upgrade-paths`, `fallback-percentage`. */
  readonly other: Readonly<Record<string, string>>;
}

export interface RedirectDescription {
  readonly to: string;
  readonly since: string;
  /** When it ends at the latest. */
  readonly until: string;
  readonly reason: string;
}

export interface OverflowDescription {
  /** Of the stored key. */
  readonly label: string;
  readonly until: string | null;
  /** What writing the context anew costs, in the display currency. */
  readonly moving_cost: string | null;
}

export interface WindowDescription {
  readonly window: string;
  readonly used_percent: number | null;
  readonly status: string | null;
  readonly resets_at: string | null;
  readonly resets_in_seconds: number | null;
  /** Null: too little is known, nothing was used of late, or requests go elsewhere. */
  readonly forecast: ForecastDescription | null;
}

/** What becomes of a window at the burn of the last hour (`5h`) or day (`7d`). */
export interface ForecastDescription {
  readonly burn_percent_per_hour: number;
  /** Null where it lasts until the reset. */
  readonly runs_out_at: string | null;
  readonly lasts: boolean;
}

const SHORT_ACCOUNT_LENGTH = 8;

/** Shows what is known now: windows that have started anew since are left out. */
export function describeQuota(quota: WatchedQuota, nowMs: number): QuotaDescription {
  return {
    account: quota.account.slice(0, SHORT_ACCOUNT_LENGTH),
    principal: quota.principal,
    directory: quota.directory ?? null,
    observed_at: iso(quota.observedAtMs),
    status: quota.status ?? null,
    bottleneck: quota.representativeClaim ?? null,
    windows: quota.windows
      .filter((window) => !isOver(window, nowMs))
      .map((window) => {
        // What is not used does not fill.
        const series = quota.redirect === undefined ? quota.series?.[window.window] : undefined;
        return describeWindow(window, series, nowMs);
      }),
    overflow: describeOverflow(quota, nowMs),
    redirect: describeRedirect(quota),
    other: quota.other,
  };
}

function describeWindow(
  quotaWindow: QuotaWindow,
  series: WindowSeries | undefined,
  nowMs: number,
): WindowDescription {
  const { window, usedPercent, status, resetsAtMs } = quotaWindow;
  return {
    window,
    used_percent: usedPercent ?? null,
    status: status ?? null,
    resets_at: resetsAtMs === undefined ? null : iso(resetsAtMs),
    resets_in_seconds:
      resetsAtMs === undefined ? null : Math.max(0, Math.ceil((resetsAtMs - nowMs) / 1000)),
    forecast: describeForecast(quotaWindow, series, nowMs),
  };
}

function describeForecast(
  window: QuotaWindow,
  series: WindowSeries | undefined,
  nowMs: number,
): ForecastDescription | null {
  const found = forecast(window, series, nowMs);
  if (found === undefined) return null;
  const { burnPercentPerHour, runsOutAtMs } = found;
  return {
    burn_percent_per_hour: Math.round(burnPercentPerHour * 100) / 100,
    runs_out_at: runsOutAtMs === undefined ? null : iso(runsOutAtMs),
    lasts: runsOutAtMs === undefined,
  };
}

function describeRedirect({ redirect }: WatchedQuota): RedirectDescription | null {
  if (redirect === undefined) return null;
  const { to, sinceMs, untilMs, reason } = redirect;
  const [since, until] = [iso(sinceMs), iso(untilMs)];
  return { to, since, until, reason };
}

function describeOverflow({ overflow }: WatchedQuota, nowMs: number): OverflowDescription | null {
  if (overflow === undefined || isPast(overflow, nowMs)) return null;
  const { label, untilMs, movingCost } = overflow;
  const until = untilMs === undefined ? null : iso(untilMs);
  return { label, until, moving_cost: movingCost ?? null };
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
