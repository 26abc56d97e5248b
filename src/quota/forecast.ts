import type { QuotaWindow } from "./unified-headers.ts";

const MS_PER_MINUTE = 60_000;
const MS_PER_HOUR = 3_600_000;

/** How full a window was at a moment: epoch milliseconds, percent. A pair, because hundreds of them are stored as JSON. */
export type Sample = readonly [atMs: number, usedPercent: number];

/** How one window filled since it began, the oldest sample first. Plain data, fit to be stored as JSON. */
export interface WindowSeries {
  readonly resetsAtMs?: number | undefined;
  readonly samples: readonly Sample[];
}

/** By the window's name. */
export type QuotaSeries = Readonly<Record<string, WindowSeries>>;

/** What becomes of a window if it goes on filling as it did of late. */
export interface Forecast {
  /** Percent of the window in an hour; above zero. */
  readonly burnPercentPerHour: number;
  /** Epoch milliseconds, after now and before the reset; undefined: it lasts until the reset. */
  readonly runsOutAtMs: number | undefined;
}

/** How far back the burn is looked for: long enough for a pause between prompts, short enough for what is done now. */
const LOOKBACK: ReadonlyMap<string, { readonly lengthMs: number; readonly lookbackMs: number }> =
  new Map([
    ["5h", { lengthMs: 5 * MS_PER_HOUR, lookbackMs: MS_PER_HOUR }],
    ["7d", { lengthMs: 7 * 24 * MS_PER_HOUR, lookbackMs: 24 * MS_PER_HOUR }],
  ]);
/** Samples closer together than this part of the lookback are kept as one, which bounds their number. */
const SPACING = 1 / 24;
/** A burn is told from this part of the lookback on. */
const SHORTEST = 1 / 12;
/** Answers overtake each other, so a little less than before is no news; more than this is a window that was emptied. */
const EMPTIED_PERCENT = 3;
/** Percentages are rounded to this when they are read; less is no use, but the noise of numbers. */
const LEAST_RISE_PERCENT = 1e-6;
/** A reset that moves by less is the same one, told with another rounding. */
const SAME_RESET_MS = 5 * MS_PER_MINUTE;

/** Adds what an answer told of its windows; those that began anew lose what was known of them. */
export function extendSeries(
  series: QuotaSeries | undefined,
  windows: readonly QuotaWindow[],
  nowMs: number,
): QuotaSeries {
  const extended: Record<string, WindowSeries> = {};
  for (const window of windows) {
    const kind = kindOf(window.window);
    if (kind === undefined || window.usedPercent === undefined) continue;
    const sample = [nowMs, window.usedPercent] as const;
    extended[window.window] = extend(series?.[window.window], window, sample, kind.lookbackMs);
  }
  return extended;
}

/** A window of one model family fills like that of all of them. */
function kindOf(window: string) {
  return LOOKBACK.get(window.split("_", 1)[0] ?? "");
}

function extend(
  series: WindowSeries | undefined,
  { resetsAtMs }: QuotaWindow,
  sample: Sample,
  lookbackMs: number,
): WindowSeries {
  const last = series?.samples.at(-1);
  const [atMs, usedPercent] = sample;
  if (series === undefined || last === undefined || isAnew(series, resetsAtMs, sample)) {
    return { resetsAtMs, samples: [sample] };
  }
  if (atMs < last[0] || usedPercent <= last[1]) return series;
  const before = series.samples.at(-2);
  const isClose = before !== undefined && atMs - before[0] < lookbackMs * SPACING;
  const samples = [...(isClose ? series.samples.slice(0, -1) : series.samples), sample];
  // The last one before the lookback says what was used when it began.
  const first = samples.findLastIndex(([at]) => at <= atMs - lookbackMs);
  return {
    resetsAtMs: resetsAtMs ?? series.resetsAtMs,
    samples: samples.slice(Math.max(0, first)),
  };
}

function isAnew(
  { resetsAtMs: known, samples }: WindowSeries,
  told: number | undefined,
  [atMs, usedPercent]: Sample,
): boolean {
  if (known !== undefined && known <= atMs) return true;
  if (known !== undefined && told !== undefined && told - known > SAME_RESET_MS) return true;
  return usedPercent < (samples.at(-1)?.[1] ?? 0) - EMPTIED_PERCENT;
}

/**
 * Says when a window is used up at the burn of the last hour (`5h`) or day (`7d`). Undefined where that is not known: one
 * observation, nothing used of late, a window that is full already, or one of another kind.
 */
export function forecast(
  window: QuotaWindow,
  series: WindowSeries | undefined,
  nowMs: number,
): Forecast | undefined {
  const { usedPercent, resetsAtMs } = window;
  const kind = kindOf(window.window);
  const last = series?.samples.at(-1);
  if (kind === undefined || series === undefined || last === undefined) return undefined;
  if (usedPercent === undefined || usedPercent >= 100) return undefined;
  if (resetsAtMs !== undefined && resetsAtMs <= nowMs) return undefined;
  const [fromMs, fromPercent] = beginOf(series.samples, nowMs - kind.lookbackMs);
  const spanMs = nowMs - fromMs;
  const risePercent = last[1] - fromPercent;
  if (risePercent < LEAST_RISE_PERCENT || spanMs < kind.lookbackMs * SHORTEST) return undefined;
  const burnPercentPerHour = (risePercent / spanMs) * MS_PER_HOUR;
  const fullAtMs = nowMs + ((100 - usedPercent) / burnPercentPerHour) * MS_PER_HOUR;
  const lasts = fullAtMs >= (resetsAtMs ?? nowMs + kind.lengthMs);
  return { burnPercentPerHour, runsOutAtMs: lasts ? undefined : fullAtMs };
}

/** What was used when the lookback began, or the first that is known. Between samples nothing changed. */
function beginOf(samples: readonly Sample[], startMs: number): Sample {
  const before = samples.findLast(([atMs]) => atMs <= startMs);
  return before === undefined ? (samples[0] ?? [startMs, 0]) : [startMs, before[1]];
}
