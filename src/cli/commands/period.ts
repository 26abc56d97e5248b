import { fail, ok, type Result } from "../../base/result.ts";

const MS_PER_DAY = 86_400_000;
const MS_PER_HOUR = 3_600_000;
const MAX_DAYS = 366;

/** A span of time and how people say it. */
export interface NamedPeriod {
  /** Epoch milliseconds, the end excluded. */
  readonly from: number;
  readonly to: number;
  readonly name: string;
}

/** Reads `today`, `month`, `7d`, `24h` or a date; days and months are those of this machine's clock face. */
export function readSince(text: string, nowMs: number): Result<NamedPeriod, string> {
  const now = new Date(nowMs);
  // The end is excluded, and what starts this very millisecond counts.
  const to = nowMs + 1;
  if (text === "today") return ok({ from: startOfDay(now), to, name: "today" });
  if (text === "month") {
    const from = new Date(now.getFullYear(), now.getMonth(), 1).getTime();
    return ok({ from, to, name: "this month" });
  }
  const span = /^([1-9][0-9]{0,3})([dh])$/.exec(text);
  if (span !== null) {
    const count = Number(span[1]);
    const spanMs = count * (span[2] === "d" ? MS_PER_DAY : MS_PER_HOUR);
    if (spanMs > MAX_DAYS * MS_PER_DAY) return fail(`--since goes back ${MAX_DAYS} days at most.`);
    const noun = span[2] === "d" ? "day" : "hour";
    const name = count === 1 ? `the last ${noun}` : `the last ${count} ${noun}s`;
    return ok({ from: nowMs - spanMs, to, name });
  }
  const date = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text);
  if (date !== null) {
    const month = Number(date[2]) - 1;
    const day = new Date(Number(date[1]), month, Number(date[3]));
    if (day.getMonth() === month && day.getTime() <= nowMs) {
      const isLong = nowMs - day.getTime() > MAX_DAYS * MS_PER_DAY;
      if (isLong) return fail(`--since goes back ${MAX_DAYS} days at most.`);
      return ok({ from: day.getTime(), to, name: `since ${text}` });
    }
  }
  return fail(
    `--since "${text.slice(0, 40)}" is no span of time. Use today, month, 7d, 24h or a past date such as 2026-11-01.`,
  );
}

export function startOfDay(time: Date): number {
  return new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime();
}
