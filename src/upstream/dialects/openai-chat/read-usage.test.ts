import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JsonObject, TokenUsage } from "../../../canonical/index.ts";
import { readUsage } from "./read-usage.ts";

const counts = (prompt: number, completion: number, total?: number) => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  ...(total === undefined ? {} : { total_tokens: total }),
});
const reasoning = (tokens: number) => ({ completion_tokens_details: { reasoning_tokens: tokens } });

describe("readUsage", () => {
  const rows: readonly (readonly [string, JsonObject, TokenUsage])[] = [
    ["plain counts", counts(10, 5, 15), { input: 10, output: 5 }],
    ["nothing for nothing", {}, {}],
    [
      "what was read from a cache",
      { ...counts(10, 5), prompt_tokens_details: { cached_tokens: 8 } },
      { input: 2, cacheRead: 8, output: 5 },
    ],
    [
      "what was read and written",
      {
        ...counts(1000, 10),
        prompt_tokens_details: { cached_tokens: 300, cache_write_tokens: 200 },
      },
      { input: 500, cacheRead: 300, cacheWrite5m: 200, output: 10 },
    ],
    [
      "DeepSeek's names",
      { ...counts(10, 5), prompt_cache_hit_tokens: 4, prompt_cache_miss_tokens: 6 },
      { input: 6, cacheRead: 4, output: 5 },
    ],
    [
      "Moonshot's name",
      { ...counts(10, 5), cached_tokens: 4 },
      { input: 6, cacheRead: 4, output: 5 },
    ],
    [
      "Mistral's name",
      { ...counts(10, 5), num_cached_tokens: 4 },
      { input: 6, cacheRead: 4, output: 5 },
    ],
    [
      "Vercel's name",
      { ...counts(10, 5), cache_creation_input_tokens: 4 },
      { input: 6, cacheWrite5m: 4, output: 5 },
    ],
    [
      "no less than nothing",
      { ...counts(10, 5), cached_tokens: 12 },
      { input: 0, cacheRead: 12, output: 5 },
    ],
    [
      "reasoning within the completion",
      { ...counts(10, 50, 60), ...reasoning(40) },
      { input: 10, output: 50, reasoning: 40 },
    ],
    [
      "reasoning beside it, by the total",
      { ...counts(468, 82, 870), ...reasoning(320) },
      { input: 468, output: 402, reasoning: 320 },
    ],
    ["reasoning that is in the total alone", counts(35, 12, 109), { input: 35, output: 74 }],
    [
      "reasoning beside it, by its size",
      { ...counts(28, 9, 37), ...reasoning(61) },
      { input: 28, output: 70, reasoning: 61 },
    ],
    ["no numbers that are none", { ...counts(-1, Number.NaN), total_tokens: "x" }, {}],
  ];
  for (const [name, usage, expected] of rows) {
    it(`reads ${name}`, () => {
      assert.deepEqual(told(readUsage(usage, { reasoningTokens: "inside_completion" })), expected);
    });
  }

  it("reads reasoning beside the completion where the provider is known for it", () => {
    const usage = { ...counts(10, 50), ...reasoning(40) };
    assert.equal(readUsage(usage, { reasoningTokens: "beside_completion" }).output, 90);
  });
});

function told(usage: TokenUsage): object {
  return Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== undefined));
}
