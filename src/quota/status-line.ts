import { isOver } from "./accounts.ts";
import type { UnifiedQuota } from "./unified-headers.ts";

/** Who pays while a subscription is full, as the status file tells it. */
export interface OverflowNote {
  /** Of the stored key. */
  readonly label: string;
  /** When the subscription serves again, as people read it; undefined: not known. */
  readonly until: string | undefined;
  /** The same in epoch milliseconds. */
  readonly untilMs: number | undefined;
  /** How much may be spent, such as `10 USD a day`. */
  readonly cap?: string | undefined;
  /** What writing the context anew costs, as people read it. */
  readonly movingCost: string | undefined;
}

/** True once the subscription serves again, as far as is known. */
export function isPast({ untilMs }: OverflowNote, nowMs: number): boolean {
  return untilMs !== undefined && untilMs <= nowMs;
}

/** Writes the status file's line; undefined when neither the 5-hour nor the 7-day window is known. */
export type StatusLine = (
  quota: UnifiedQuota,
  nowMs: number,
  overflow?: OverflowNote,
) => string | undefined;

/**
 * Makes the writer of `5h=9% 7d=99%! overage=0% bottleneck=seven_day (10/05/2026, 16:19:04)`, with the time in the given
 * IANA zone. `!` marks a window with a warning, `?` one that is not known. While a stored key pays,
 * ` | overflow: key claude-code pays until 24 Nov, 15:20, at most 10 USD a day (moving the context ~$0.42)` follows.
 */
export function makeStatusLine(timeZone: string): StatusLine {
  // Made once: it takes 50 µs.
  const clock = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    day: "2-digit",
    month: "2-digit",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
  return (quota, nowMs, overflow) => {
    const fiveHours = shown(quota, "5h", nowMs);
    const sevenDays = shown(quota, "7d", nowMs);
    if (fiveHours === undefined && sevenDays === undefined) return undefined;
    const overage = shown(quota, "overage", nowMs) ?? "?";
    const windows = `5h=${fiveHours ?? "?"} 7d=${sevenDays ?? "?"} overage=${overage}`;
    const claim = plainWord(quota.representativeClaim ?? "");
    return `${windows} bottleneck=${claim} (${formatTime(clock, nowMs)})${overflowText(overflow, nowMs)}`;
  };
}

const MARKED: readonly string[] = ["5h", "7d"];

function shown(quota: UnifiedQuota, name: string, nowMs: number): string | undefined {
  const window = quota.windows.find((candidate) => candidate.window === name);
  if (window?.usedPercent === undefined || isOver(window, nowMs)) return undefined;
  const mark = MARKED.includes(name) && window.status === "allowed_warning" ? "!" : "";
  return `${Math.round(window.usedPercent)}%${mark}`;
}

function overflowText(overflow: OverflowNote | undefined, nowMs: number): string {
  if (overflow === undefined || isPast(overflow, nowMs)) return "";
  const until = overflow.until === undefined ? "" : ` until ${overflow.until}`;
  const cap = overflow.cap === undefined ? "" : `, at most ${overflow.cap}`;
  const moving =
    overflow.movingCost === undefined ? "" : ` (moving the context ~${overflow.movingCost})`;
  return ` | overflow: key ${plainWord(overflow.label)} pays${until}${cap}${moving}`;
}

/** A model reads this file, so a header must not be able to write a sentence into it. */
function plainWord(text: string): string {
  return /^[\w.-]{1,40}$/.test(text) ? text : "unknown";
}

function formatTime(clock: Intl.DateTimeFormat, atMs: number): string {
  const part = new Map(clock.formatToParts(atMs).map(({ type, value }) => [type, value]));
  const date = `${part.get("day")}/${part.get("month")}/${part.get("year")}`;
  return `${date}, ${part.get("hour")}:${part.get("minute")}:${part.get("second")}`;
}
