import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isContextOverflow, overflowTokens } from "./context-overflow.ts";

describe("a context overflow", () => {
  const TOLD: readonly (readonly [string, ReturnType<typeof overflowTokens>])[] = [
    ["prompt is too long: 210,000 tokens > 200,000 maximum", { asked: 210_000, limit: 200_000 }],
    [
      "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
      { asked: 210_000, limit: 200_000, answer: 20_000 },
    ],
    [
      "This model's maximum context length is 65536 tokens. However, you requested 72000 tokens (40000 in the messages, 32000 in the completion). Please reduce the length.",
      { asked: 72_000, limit: 65_536, answer: 32_000 },
    ],
    [
      "This model's maximum context length is 65536 tokens. However, you requested 72000 tokens (39000 in the messages, 1000 in the functions, and 32000 in the completion).",
      { asked: 71_000, limit: 65_536, answer: 32_000 },
    ],
    [
      "'max_tokens' or 'max_completion_tokens' is too large: 32000. This model's maximum context length is 40960 tokens and your request has 20000 input tokens (32000 > 40960 - 20000).",
      { asked: 52_000, limit: 40_960, answer: 32_000 },
    ],
    [
      "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
      { asked: 1_200_000, limit: 1_048_576 },
    ],
    [
      "This model's maximum context length is 4096 tokens. However, you requested 100 output tokens and your prompt contains 5000 input tokens.",
      { asked: 5_000, limit: 4_096 },
    ],
    ["The maximum context length is 4096 tokens, and you sent 100 tokens", undefined],
    ["Input is too long for requested model.", undefined],
    ["Your input exceeds the context window of this model.", undefined],
  ];
  for (const [message, tokens] of TOLD) {
    it(`is told by ${JSON.stringify(message)}`, () => {
      assert.equal(isContextOverflow(message), true);
      assert.deepEqual(overflowTokens(message), tokens);
    });
  }

  it("is told by a code alone, and by no other failure", () => {
    assert.equal(isContextOverflow("", ["400", "context_length_exceeded"]), true);
    assert.equal(isContextOverflow("max_tokens: 70000 > 64000, the maximum allowed"), false);
    assert.equal(isContextOverflow("Rate limit reached: Limit 30000, Requested 40000"), false);
  });
});
