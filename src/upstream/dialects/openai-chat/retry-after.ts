import { firstValue, type HeaderList } from "../../../base/header-list.ts";

/** How long to wait, from the headers, Google's `RetryInfo` or the words of the message; undefined where none tells. */
export function retryAfterMs(
  headers: HeaderList,
  retryDelay: string,
  message: string,
): number | undefined {
  return (
    toMs(firstValue(headers, "retry-after-ms"), 1) ??
    toMs(firstValue(headers, "retry-after"), 1_000) ??
    dateMs(headers) ??
    durationMs(retryDelay) ??
    durationMs(/try again in ([0-9hms.]+)/i.exec(message)?.[1] ?? "")
  );
}

function toMs(value: string | undefined, unitMs: number): number | undefined {
  return value !== undefined && /^[0-9]{1,9}(?:\.[0-9]+)?$/.test(value)
    ? Math.ceil(Number(value) * unitMs)
    : undefined;
}

/** A date is counted from the answer's own, so that no clock is needed. */
function dateMs(headers: HeaderList): number | undefined {
  const until = Date.parse(firstValue(headers, "retry-after") ?? "");
  const from = Date.parse(firstValue(headers, "date") ?? "");
  const ms = until - from;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

const UNITS_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** `34.4s`, `6m11.5s`, `859ms` */
function durationMs(text: string): number | undefined {
  const parts = [...text.matchAll(/([0-9]+(?:\.[0-9]+)?)(ms|h|m|s)/g)];
  if (parts.length === 0) return undefined;
  const sum = parts.reduce((ms, [, n, unit]) => ms + Number(n) * (UNITS_MS[unit ?? ""] ?? 0), 0);
  return Math.ceil(sum);
}
