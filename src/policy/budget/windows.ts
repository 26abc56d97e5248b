import {
  type CalendarDate,
  dateAt,
  dateOfDayNumber,
  dateText,
  dayNumber,
  startOfDate,
} from "../../base/calendar.ts";
import type { BudgetPeriod } from "../../store/key-record.ts";

/** One period of a calendar: `startsAt <= t < resetsAt`, in epoch milliseconds. */
export interface BudgetWindow {
  /** `2026-11-24` for a day, its Monday for a week, `2026-11` for a month. */
  readonly label: string;
  readonly startsAt: number;
  readonly resetsAt: number;
}

/** The current window of each zone and period: finding one costs a hundred date formats. */
const current = new Map<string, BudgetWindow>();

/** The window of a zone's calendar in which an instant lies. */
export function budgetWindow(
  rule: { readonly period: BudgetPeriod; readonly timeZone: string },
  atMs: number,
): BudgetWindow {
  const id = `${rule.period} ${rule.timeZone}`;
  const known = current.get(id);
  if (known !== undefined && known.startsAt <= atMs && atMs < known.resetsAt) return known;
  const window = findWindow(rule.period, rule.timeZone, atMs);
  current.set(id, window);
  return window;
}

function findWindow(period: BudgetPeriod, timeZone: string, atMs: number): BudgetWindow {
  const { first, next } = PERIODS[period](dateAt(atMs, timeZone));
  const text = dateText(first);
  return {
    label: period === "month" ? text.slice(0, "2026-11".length) : text,
    startsAt: startOfDate(first, timeZone),
    resetsAt: startOfDate(next, timeZone),
  };
}

interface Dates {
  readonly first: CalendarDate;
  readonly next: CalendarDate;
}

const PERIODS: Readonly<Record<BudgetPeriod, (date: CalendarDate) => Dates>> = {
  day: (date) => daysFrom(dayNumber(date), 1),
  week: (date) => {
    const number = dayNumber(date);
    // Day 0, 1970-01-01, was a Thursday: three days after a Monday.
    return daysFrom(number - ((((number + 3) % 7) + 7) % 7), 7);
  },
  month: ({ year, month }) => ({
    first: { year, month, day: 1 },
    next: dateOfDayNumber(dayNumber({ year, month: month + 1, day: 1 })),
  }),
};

function daysFrom(first: number, length: number): Dates {
  return { first: dateOfDayNumber(first), next: dateOfDayNumber(first + length) };
}
