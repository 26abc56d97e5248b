import { dateAt, dateOfDayNumber, dateText, dayNumber, startOfDate } from "../base/calendar.ts";

/** A calendar day of a time zone: `start <= t < end`, in epoch milliseconds. */
export interface Day {
  /** `2026-11-21`. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** The days of a time zone's calendar that a period touches, cut to the period. Throws for an unknown zone. */
export function daysOf(from: number, to: number, timeZone: string): readonly Day[] {
  const days: Day[] = [];
  let start = from;
  while (start < to) {
    const date = dateAt(start, timeZone);
    const next = dateOfDayNumber(dayNumber(date) + 1);
    const end = Math.min(to, startOfDate(next, timeZone));
    days.push({ name: dateText(date), start, end });
    start = end;
  }
  return days;
}

/** True for an IANA name that this machine knows, such as `Asia/Kolkata`. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-CA", { timeZone: name }).format(0) !== "";
  } catch {
    return false;
  }
}
