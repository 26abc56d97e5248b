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
 * Usage as the API counts it: the input has in it what a cache read or wrote.
 *
 * The details are zero where they are unknown, for the SDKs read them unasked.
 */
export function writeUsage(usage: TokenUsage | undefined, estimate: UsageEstimate): JsonObject {
  const { cacheRead, cacheWrite5m, cacheWrite1h, reasoning } = usage ?? {};
  const writes = [cacheWrite5m, cacheWrite1h].filter((count) => count !== undefined);
  const written = writes.reduce((sum, count) => sum + count, 0);
  const input =
    usage?.input === undefined ? estimate.input : usage.input + (cacheRead ?? 0) + written;
  const output = usage?.output ?? estimate.output;
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: cacheRead ?? 0,
      ...(writes.length === 0 ? {} : { cache_write_tokens: written }),
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning ?? 0 },
    total_tokens: input + output,
  };
}
