/** A date of the common calendar; the month counts from 1. */
export interface CalendarDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const MS_PER_DAY = 86_400_000;
/** Offsets from UTC and changes of the clock together stay below this. */
const MARGIN_MS = 36 * 3_600_000;

const formats = new Map<string, Intl.DateTimeFormat>();
const hours = new Map<string, Intl.DateTimeFormat>();

/** The date that it is in a time zone at an instant. Throws for an unknown zone. */
export function dateAt(epochMs: number, timeZone: string): CalendarDate {
  const [year = 0, month = 0, day = 0] = formatOf(timeZone).format(epochMs).split("-").map(Number);
  return { year, month, day };
}

/** 1 (Monday) to 7 (Sunday). */
export function weekdayOf(date: CalendarDate): number {
  // 1970 began on a Thursday.
  return ((((dayNumber(date) + 3) % 7) + 7) % 7) + 1;
}

/** 0 to 23: the hour that it is in a time zone at an instant. Throws for an unknown zone. */
export function hourAt(epochMs: number, timeZone: string): number {
  const known = hours.get(timeZone);
  const format =
    known ?? new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", hourCycle: "h23" });
  if (known === undefined) hours.set(timeZone, format);
  return Number(format.format(epochMs));
}

/** The first instant of a date in a time zone: usually midnight, later where the clock skips it. */
export function startOfDate(date: CalendarDate, timeZone: string): number {
  const number = dayNumber(date);
  let low = number * MS_PER_DAY - MARGIN_MS;
  let high = number * MS_PER_DAY + MARGIN_MS;
  // Offsets change within a day, so the instant is searched, not computed.
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (dayNumber(dateAt(middle, timeZone)) < number) low = middle;
    else high = middle;
  }
  return high;
}

/** Days since 1970-01-01; day and month may be out of range and carry over. */
export function dayNumber({ year, month, day }: CalendarDate): number {
  return Date.UTC(year, month - 1, day) / MS_PER_DAY;
}

export function dateOfDayNumber(number: number): CalendarDate {
  const date = new Date(number * MS_PER_DAY);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** `2026-11-21` */
export function dateText({ year, month, day }: CalendarDate): string {
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

/** Made once for a zone: it takes 50 µs. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  // This locale writes dates as ISO does.
  const made = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  formats.set(timeZone, made);
  return made;
}
