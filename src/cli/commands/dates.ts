import { twoDigits } from "../../observe/number-text.ts";

/** A moment as `09:05` when it is today, else as `2026-11-20 09:05`; on this machine's clock face. */
export function dateTime(epochMs: number, nowMs: number): string {
  const time = new Date(epochMs);
  const now = new Date(nowMs);
  const clock = `${twoDigits(time.getHours())}:${twoDigits(time.getMinutes())}`;
  return time.toDateString() === now.toDateString() ? clock : `${calendarDay(time)} ${clock}`;
}

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** A moment less than a week away as `09:05` when it is today, else as `Thu 09:05`. */
export function weekdayTime(epochMs: number, nowMs: number): string {
  const time = new Date(epochMs);
  const text = dateTime(epochMs, nowMs);
  const isToday = !text.includes(" ");
  return isToday ? text : `${WEEKDAYS[time.getDay()]} ${text.slice(-5)}`;
}

/** A moment with everything that is known of it: `2026-11-20 09:05:31.042`. */
export function exactTime(epochMs: number): string {
  const time = new Date(epochMs);
  const parts = [time.getHours(), time.getMinutes(), time.getSeconds()].map(twoDigits);
  const ms = String(time.getMilliseconds()).padStart(3, "0");
  return `${calendarDay(time)} ${parts.join(":")}.${ms}`;
}

/** How long until, or since, in the two largest units: `3d 4h`, `2h 14m`, `45s`. */
export function spanText(spanMs: number): string {
  const seconds = Math.max(0, Math.round(spanMs / 1_000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours}h` : `${hours}h ${minutes % 60}m`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days}d` : `${days}d ${hours % 24}h`;
}

function calendarDay(time: Date): string {
  return [time.getFullYear(), twoDigits(time.getMonth() + 1), twoDigits(time.getDate())].join("-");
}
