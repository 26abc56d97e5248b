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
 * Usage as the API counts it: `input_tokens` leaves out what a cache read or wrote.
 *
 * Cache counts that are unknown are left out; input and output have to be numbers on this wire, so they are estimated.
 */
export function writeUsage(usage: TokenUsage | undefined, estimate: UsageEstimate): JsonObject {
  const { cacheRead, cacheWrite5m, cacheWrite1h, reasoning, webSearches } = usage ?? {};
  const writes = [cacheWrite5m, cacheWrite1h].filter((count) => count !== undefined);
  return {
    input_tokens: usage?.input ?? estimate.input,
    ...(writes.length === 0
      ? {}
      : { cache_creation_input_tokens: writes.reduce((sum, count) => sum + count, 0) }),
    ...(cacheRead === undefined ? {} : { cache_read_input_tokens: cacheRead }),
    ...(cacheWrite1h === undefined
      ? {}
      : {
          cache_creation: {
            ephemeral_5m_input_tokens: cacheWrite5m ?? 0,
            ephemeral_1h_input_tokens: cacheWrite1h,
          },
        }),
    output_tokens: usage?.output ?? estimate.output,
    ...(reasoning === undefined ? {} : { output_tokens_details: { thinking_tokens: reasoning } }),
    ...(webSearches === undefined ? {} : { server_tool_use: { web_search_requests: webSearches } }),
  };
}
