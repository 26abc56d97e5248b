import type { JsonObject, TokenUsage } from "../../canonical/index.ts";

/** What stands in for numbers that the upstream did not tell: clients size their context from them. */
export interface UsageEstimate {
  readonly input: number;
  readonly output: number;
}

/** Characters of a token, roughly, in the languages that agents speak. */
const CHARACTERS_PER_TOKEN = 4;

export function tokensOf(characters: number): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}

/**
 * Usage as OpenAI counts it: `prompt_tokens` holds what a cache read or wrote, and `completion_tokens` what was thought.
 *
 * Details that are unknown are left out; the totals have to be numbers on this wire, so they are estimated.
 */
export function writeUsage(usage: TokenUsage | undefined, estimate: UsageEstimate): JsonObject {
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, reasoning } = usage ?? {};
  const writes = [cacheWrite5m, cacheWrite1h].filter((count) => count !== undefined);
  const written = writes.reduce((sum, count) => sum + count, 0);
  const cached = (cacheRead ?? 0) + written;
  const prompt = input === undefined ? Math.max(estimate.input, cached) : input + cached;
  const completion = usage?.output ?? estimate.output;
  const details = {
    ...(cacheRead === undefined ? {} : { cached_tokens: cacheRead }),
    ...(writes.length === 0 ? {} : { cache_write_tokens: written }),
  };
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    ...(Object.keys(details).length === 0 ? {} : { prompt_tokens_details: details }),
    ...(reasoning === undefined
      ? {}
      : { completion_tokens_details: { reasoning_tokens: reasoning } }),
  };
}
