import { parseDurationMs } from "../../base/duration.ts";
import { firstValue, type HeaderList } from "../../base/header-list.ts";

/** Longer pauses are for whoever decides where a request goes, not for a queue. */
const MAX_PAUSE_MS = 60_000;

/**
 * What is left of each limit, and when it is whole again: a time in RFC 3339 at the one, a span such as `6m0s` at the other.
 *
 * @source https://platform.claude.com/docs/en/api/rate-limits (read 2026-11-26)
 * @source https://platform.openai.com/docs/guides/rate-limits (read 2026-11-26)
 */
const LIMITS = [
  ["anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"],
  ["anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"],
  ["anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"],
  ["anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"],
  ["x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"],
  ["x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"],
] as const;

/** How long an upstream that answered so takes nothing more: a limit is used up, or it says when to come again. */
export function pauseMs(status: number, headers: HeaderList, nowMs: number): number {
  const resets = LIMITS.filter(([left]) => firstValue(headers, left) === "0").map(([, reset]) =>
    untilMs(firstValue(headers, reset), nowMs),
  );
  const again = status === 429 ? secondsMs(firstValue(headers, "retry-after")) : 0;
  const longest = Math.max(0, again, ...resets);
  return longest > MAX_PAUSE_MS ? 0 : longest;
}

function untilMs(reset: string | undefined, nowMs: number): number {
  if (reset === undefined) return 0;
  const at = Date.parse(reset);
  return Number.isNaN(at) ? spanMs(reset) : at - nowMs;
}

/** `1s`, `120ms`, `6m0.5s` */
function spanMs(text: string): number {
  const parts = text.match(/[0-9]+(?:\.[0-9]{1,3})?(?:ms|s|m|h)/g) ?? [];
  return parts.reduce((sum, part) => {
    const span = parseDurationMs(part);
    return span.ok ? sum + span.value : sum;
  }, 0);
}

function secondsMs(text: string | undefined): number {
  return text !== undefined && /^[0-9]{1,4}$/.test(text) ? Number(text) * 1_000 : 0;
}
