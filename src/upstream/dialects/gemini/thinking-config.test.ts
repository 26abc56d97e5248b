import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CanonicalRequest, JsonObject } from "../../../canonical/index.ts";
import { makeLosses } from "../shared/losses.ts";
import { writeThinking } from "./thinking-config.ts";
import { traitsOf } from "./traits.ts";

type Asked = Pick<CanonicalRequest, "thinking" | "effort" | "maxTokens">;

const budget = (budgetTokens: number) => ({ mode: "budget", budgetTokens }) as const;
const off = { mode: "off" } as const;
const adaptive = { mode: "adaptive" } as const;

const CASES: readonly (readonly [string, Asked, JsonObject | undefined, readonly string[]])[] = [
  ["gemini-2.5-flash", {}, undefined, []],
  ["gemini-2.5-flash", { thinking: off }, { thinkingBudget: 0 }, []],
  ["gemini-2.5-flash", { effort: "none" }, { thinkingBudget: 0 }, []],
  ["gemini-2.5-pro", { thinking: off }, { thinkingBudget: 128 }, ["thinking"]],
  ["gemini-2.5-pro", { thinking: adaptive }, { thinkingBudget: -1, includeThoughts: true }, []],
  [
    "gemini-2.5-pro",
    { thinking: budget(9_000) },
    { thinkingBudget: 9_000, includeThoughts: true },
    [],
  ],
  [
    "gemini-2.5-pro",
    { thinking: budget(64_000) },
    { thinkingBudget: 32_768, includeThoughts: true },
    [],
  ],
  [
    "gemini-2.5-flash-lite",
    { thinking: budget(100) },
    { thinkingBudget: 512, includeThoughts: true },
    [],
  ],
  ["gemini-2.5-flash", { effort: "max" }, { thinkingBudget: 24_576, includeThoughts: true }, []],
  [
    "gemini-2.5-pro",
    { effort: "high", maxTokens: 10_000 },
    { thinkingBudget: 5_000, includeThoughts: true },
    [],
  ],
  [
    "gemini-2.5-pro",
    { thinking: budget(8_000), maxTokens: 8_000 },
    { thinkingBudget: 4_000, includeThoughts: true },
    [],
  ],
  ["gemini-2.0-flash", { thinking: budget(2_000) }, undefined, ["thinking"]],
  ["gemini-2.0-flash", { effort: "low" }, undefined, ["effort"]],
  ["gemini-2.0-flash", { thinking: off }, undefined, []],
  ["gemini-3-pro-preview", { thinking: off }, { thinkingLevel: "low" }, ["thinking"]],
  [
    "gemini-3-pro-preview",
    { effort: "medium" },
    { thinkingLevel: "high", includeThoughts: true },
    [],
  ],
  ["gemini-3-pro-preview", { thinking: adaptive }, { includeThoughts: true }, []],
  [
    "gemini-3-flash-preview",
    { effort: "minimal" },
    { thinkingLevel: "minimal", includeThoughts: true },
    [],
  ],
  [
    "gemini-3.1-pro-preview",
    { effort: "xhigh" },
    { thinkingLevel: "high", includeThoughts: true },
    [],
  ],
  [
    "gemini-3.8-flash",
    { thinking: budget(5_000) },
    { thinkingLevel: "medium", includeThoughts: true },
    [],
  ],
  [
    "gemini-3.8-flash",
    { thinking: adaptive, effort: "low" },
    { thinkingLevel: "low", includeThoughts: true },
    [],
  ],
];

describe("writeThinking", () => {
  for (const [model, asked, expected, lossy] of CASES) {
    it(`${model} ${JSON.stringify(asked)}`, () => {
      const { lose, names } = makeLosses();
      assert.deepEqual(writeThinking(asked, traitsOf(model, "ai-studio"), lose), expected);
      assert.deepEqual(names(), lossy);
    });
  }
});
