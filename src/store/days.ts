/** A calendar day of a time zone: `start <= t < end`, in epoch milliseconds. */
export interface Day {
  /** `2026-11-21`. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** No day of any calendar is longer: 24 hours and a change of the clock. */
const LONGEST_DAY_MS = 26 * 3_600_000;

/** The days of a time zone's calendar that a period touches, cut to the period. Throws for an unknown zone. */
export function daysOf(from: number, to: number, timeZone: string): readonly Day[] {
  // This locale writes dates as ISO does.
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  const days: Day[] = [];
  let start = from;
  while (start < to) {
    const name = format.format(start);
    const end = Math.min(to, endOfDay(format, name, start));
    days.push({ name, start, end });
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

/** The first instant of the next date: offsets change within a day, so it is searched, not computed. */
function endOfDay(format: Intl.DateTimeFormat, name: string, start: number): number {
  let low = start;
  let high = start + LONGEST_DAY_MS;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (format.format(middle) === name) low = middle;
    else high = middle;
  }
  return high;
}
