import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { fail, ok, type Result } from "../../base/result.ts";

/** A span of time in epoch milliseconds, the end excluded. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

const MS_PER_DAY = 86_400_000;
const DEFAULT_DAYS = 30;
const MAX_DAYS = 366;

/** Reads `from` and `to`: ISO 8601 times or dates (UTC); the last 30 days without them. */
export function readPeriod(query: URLSearchParams, nowMs: number): Result<Period, GatewayError> {
  const to = readTime(query, "to", nowMs);
  if (!to.ok) return to;
  const from = readTime(query, "from", to.value - DEFAULT_DAYS * MS_PER_DAY);
  if (!from.ok) return from;
  if (from.value > to.value || to.value - from.value > MAX_DAYS * MS_PER_DAY) {
    return fail(invalid("from", `a time before "to", at most ${MAX_DAYS} days`));
  }
  return ok({ from: from.value, to: to.value });
}

/** Reads a whole number within bounds. */
export function readCount(
  query: URLSearchParams,
  name: string,
  bounds: { readonly fallback: number; readonly most: number },
): Result<number, GatewayError> {
  const text = query.get(name);
  if (text === null) return ok(bounds.fallback);
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value >= 1 && value <= bounds.most) return ok(value);
  return fail(invalid(name, `a whole number from 1 to ${bounds.most}`));
}

/** Reads one of a few words. */
export function readChoice<Choice extends string>(
  query: URLSearchParams,
  name: string,
  choices: readonly [Choice, ...Choice[]],
): Result<Choice, GatewayError> {
  const text = query.get(name);
  if (text === null) return ok(choices[0]);
  const choice = choices.find((candidate) => candidate === text);
  return choice === undefined ? fail(invalid(name, choices.join(", "))) : ok(choice);
}

/** Reads the id of an exchange, as far as its shape goes. */
export function readId(
  query: URLSearchParams,
  name: string,
): Result<string | undefined, GatewayError> {
  const text = query.get(name);
  if (text === null) return ok(undefined);
  return /^spx_[0-9a-z]{26}$/.test(text) ? ok(text) : fail(invalid(name, "an id such as spx_01…"));
}

function readTime(
  query: URLSearchParams,
  name: string,
  fallback: number,
): Result<number, GatewayError> {
  const text = query.get(name);
  if (text === null) return ok(fallback);
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time)
    ? fail(invalid(name, "a date such as 2026-11-21 or an ISO time"))
    : ok(time);
}

function invalid(name: string, expected: string): GatewayError {
  return gatewayError("invalid_parameter", `The parameter "${name}" has to be ${expected}`);
}
