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

/** Usage as this API counts it: what a cache read or wrote is part of the prompt, thoughts are no part of the candidates. */
export function writeUsage(usage: TokenUsage | undefined, estimate: UsageEstimate): JsonObject {
  const { input, cacheRead, cacheWrite5m = 0, cacheWrite1h = 0, output, reasoning } = usage ?? {};
  const cached = (cacheRead ?? 0) + cacheWrite5m + cacheWrite1h;
  const prompt = input === undefined ? Math.max(estimate.input, cached) : input + cached;
  const all = Math.max(output ?? estimate.output, reasoning ?? 0);
  return {
    promptTokenCount: prompt,
    ...(cacheRead === undefined ? {} : { cachedContentTokenCount: cacheRead }),
    candidatesTokenCount: all - (reasoning ?? 0),
    ...(reasoning === undefined ? {} : { thoughtsTokenCount: reasoning }),
    totalTokenCount: prompt + all,
  };
}
