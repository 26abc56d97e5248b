import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { TokenUsage } from "../../../../canonical/index.ts";
import { readUsage } from "./read-usage.ts";

describe("readUsage", () => {
  const ROWS: readonly (readonly [string, unknown, TokenUsage | undefined])[] = [
    ["nothing", undefined, undefined],
    ["an object that counts nothing", { service_tier: "standard" }, undefined],
    ["counts that are none", { input_tokens: -1, output_tokens: "7" }, undefined],
    ["the least", { input_tokens: 3, output_tokens: 4 }, { input: 3, output: 4 }],
    [
      "cache writes that are only summed",
      { cache_read_input_tokens: 1, cache_creation_input_tokens: 9 },
      { cacheRead: 1, cacheWrite5m: 9 },
    ],
    [
      "cache writes by lifetime, and a sum that has grown since",
      {
        cache_creation_input_tokens: 12,
        cache_creation: { ephemeral_5m_input_tokens: 4, ephemeral_1h_input_tokens: 5 },
      },
      { cacheWrite5m: 7, cacheWrite1h: 5 },
    ],
    [
      "thinking, which is part of the output",
      { output_tokens: 9, output_tokens_details: { thinking_tokens: 4 } },
      { output: 9, reasoning: 4 },
    ],
    [
      "iterations, of which the top level leaves some out",
      {
        input_tokens: 23,
        output_tokens: 1,
        output_tokens_details: { thinking_tokens: 1 },
        iterations: [
          { type: "compaction", input_tokens: 180, output_tokens: 3 },
          { type: "message", input_tokens: 23, cache_read_input_tokens: 5, output_tokens: 1 },
        ],
      },
      { input: 203, cacheRead: 5, output: 4, reasoning: 1 },
    ],
    ["iterations that are none", { input_tokens: 3, iterations: [null, 1] }, { input: 3 }],
  ];
  for (const [name, raw, expected] of ROWS) {
    it(`reads ${name}`, () => {
      const usage = readUsage(raw);
      assert.deepEqual(usage && JSON.parse(JSON.stringify(usage)), expected);
    });
  }
});
