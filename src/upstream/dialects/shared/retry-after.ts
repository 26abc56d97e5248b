import { firstValue, type HeaderList } from "../../../base/header-list.ts";

const UNITS_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** How long an upstream asks to wait. A date is counted from the answer's own, so that no clock is needed. */
export function waitInHeaders(headers: HeaderList): number | undefined {
  const value = firstValue(headers, "retry-after");
  return (
    toMs(firstValue(headers, "retry-after-ms"), 1) ?? toMs(value, 1_000) ?? dateMs(value, headers)
  );
}

/** The same from the words of an error: "Please try again in 6m0s". */
export function waitInText(message: string): number | undefined {
  return durationMs(/try again in ([0-9hms.]+)/i.exec(message)?.[1] ?? "");
}

/** `34.4s`, `6m11.5s`, `859ms`; undefined for anything else. */
export function durationMs(text: string): number | undefined {
  const parts = [...text.matchAll(/([0-9]+(?:\.[0-9]+)?)(ms|h|m|s)/g)];
  if (parts.length === 0) return undefined;
  const sum = parts.reduce((ms, [, n, unit]) => ms + Number(n) * (UNITS_MS[unit ?? ""] ?? 0), 0);
  return Math.ceil(sum);
}

function toMs(value: string | undefined, unitMs: number): number | undefined {
  return value !== undefined && /^[0-9]{1,15}(?:\.[0-9]+)?$/.test(value)
    ? Math.ceil(Number(value) * unitMs)
    : undefined;
}

/** Much that is no date would be taken for one otherwise, -1 for instance. */
const HTTP_DATE = /^[A-Z][a-z]+, .*GMT$/;

function dateMs(value = "", headers: HeaderList): number | undefined {
  if (!HTTP_DATE.test(value)) return undefined;
  const ms = Date.parse(value) - Date.parse(firstValue(headers, "date") ?? "");
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
