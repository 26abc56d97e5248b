import { firstValue, type HeaderList } from "../../../base/header-list.ts";

/** "Please try again in 6m0s", "in 1.5s", "in 20ms". */
const WAIT =
  /try again in (?:(?<hours>\d+)h)?(?:(?<minutes>\d+)m(?!s))?(?:(?<seconds>\d+(?:\.\d+)?)s)?(?:(?<milliseconds>\d+(?:\.\d+)?)ms)?/i;

const UNITS_MS = { hours: 3_600_000, minutes: 60_000, seconds: 1_000, milliseconds: 1 };

/** How long an upstream asks to wait, from its headers. A date counts from the answer's own date: no clock is needed. */
export function waitInHeaders(headers: HeaderList): number | undefined {
  const exact = Number(firstValue(headers, "retry-after-ms") || Number.NaN);
  if (exact >= 0) return Math.ceil(exact);
  const value = firstValue(headers, "retry-after");
  if (value === undefined || value.trim() === "") return undefined;
  const seconds = Number(value);
  if (seconds >= 0) return Math.ceil(seconds * 1_000);
  const waitMs = Date.parse(value) - Date.parse(firstValue(headers, "date") ?? "");
  return waitMs >= 0 ? waitMs : undefined;
}

/** The same from the words of an error, where a stream has no headers of its own. */
export function waitInText(message: string): number | undefined {
  const groups = WAIT.exec(message)?.groups;
  if (groups === undefined) return undefined;
  let waitMs = 0;
  for (const [unit, unitMs] of Object.entries(UNITS_MS))
    waitMs += Number(groups[unit] ?? 0) * unitMs;
  return waitMs > 0 ? Math.ceil(waitMs) : undefined;
}
