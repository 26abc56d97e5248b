import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CanonicalRequest, JsonObject } from "../../../canonical/index.ts";
import { anthropicMessages } from "../../../upstream/dialects/anthropic/index.ts";
import { type BoundDialect, bindDialect } from "../../../upstream/dialects/bind.ts";
import { openAiChat, UNKNOWN_SERVER } from "../../../upstream/dialects/openai-chat/index.ts";
import { EFFORTS } from "../../../upstream/dialects/shared/effort.ts";
import { ASKED } from "../hub.fixture.ts";
import type { Limits } from "./limits.ts";
import { writeWithin } from "./write-within.ts";

const chat = bindDialect(openAiChat, {
  ...UNKNOWN_SERVER,
  parallelToolCalls: "allowed",
  sampling: { temperature: true, topP: true, topK: true },
  reasoning: {
    by: "reasoning_effort",
    levels: Object.fromEntries(EFFORTS.map((level) => [level, level])),
    adaptive: undefined,
  },
});
const anthropic = bindDialect(anthropicMessages, {
  defaultMaxTokens: 8_192,
  thinking: "either",
  efforts: EFFORTS,
  sampling: "all",
  takesSchemas: true,
  hasSystemTurns: true,
  cachesByItself: false,
});

function write(asked: Partial<CanonicalRequest>, limits: Limits, dialect: BoundDialect = chat) {
  const written = writeWithin(dialect, { ...ASKED, ...asked }, limits);
  assert.ok(written.ok);
  return written.value;
}

const THREE: Limits = { efforts: ["low", "medium", "high"] };

describe("a request within what its model takes", () => {
  for (const [asked, limits, effort, lossy] of [
    [{ effort: "xhigh" }, THREE, "high", ["effort"]],
    [{ effort: "minimal" }, THREE, "low", ["effort"]],
    [{ effort: "medium" }, THREE, "medium", []],
    [{ effort: "none" }, THREE, "low", ["effort"]],
    [{ thinking: { mode: "off" } }, THREE, "low", ["thinking"]],
    [{ thinking: { mode: "budget", budgetTokens: 30_000 } }, THREE, "high", ["thinking"]],
    [{ effort: "high" }, { efforts: ["none"] }, undefined, ["effort"]],
    [{ effort: "high" }, { efforts: [] }, undefined, ["effort"]],
    [{ thinking: { mode: "off" } }, { efforts: [] }, undefined, ["thinking"]],
    [
      { effort: "high", thinking: { mode: "adaptive" } },
      { thinks: false },
      undefined,
      ["thinking"],
    ],
    [{}, THREE, undefined, []],
  ] as const satisfies readonly (readonly [
    Partial<CanonicalRequest>,
    Limits,
    unknown,
    unknown,
  ])[]) {
    it(`asks for ${effort} where ${JSON.stringify(asked)} is within ${JSON.stringify(limits)}`, () => {
      const { body, lossy: lost } = write(asked, limits);
      assert.equal(body["reasoning_effort"], effort);
      assert.deepEqual(lost, lossy);
    });
  }

  it("keeps Claude's thinking where only its effort is not taken", () => {
    const asked = { effort: "max", thinking: { mode: "budget", budgetTokens: 2_000 } } as const;
    const { body, lossy } = write({ ...asked, maxTokens: 9_000 }, { efforts: [] }, anthropic);
    assert.deepEqual(body["thinking"], { type: "enabled", budget_tokens: 2_000 });
    assert.equal(body["output_config"], undefined);
    assert.deepEqual(lossy, ["effort"]);
  });

  it("asks for no more tokens, and a budget stays below them", () => {
    const thinking = { mode: "budget", budgetTokens: 30_000 } as const;
    const { body, lossy } = write({ maxTokens: 64_000, thinking }, { maxTokens: 4_096 }, anthropic);
    assert.equal(body["max_tokens"], 4_096);
    assert.deepEqual(body["thinking"], { type: "enabled", budget_tokens: 4_095 });
    assert.ok(lossy.includes("maxTokens"));
    assert.equal(write({ maxTokens: 4_096 }, { maxTokens: 4_096 }).body["max_tokens"], 4_096);
  });

  it("cuts the dialect's own limit where the client names none, and only where it is too much", () => {
    const of = (most: number) =>
      write({ maxTokens: undefined }, { maxTokens: most }, anthropic).body["max_tokens"];
    assert.deepEqual([of(4_096), of(64_000)], [4_096, 8_192]);
    assert.equal(write({ maxTokens: undefined }, { maxTokens: 9 }).body["max_tokens"], undefined);
  });

  it("leaves members out, by another name where they have one", () => {
    const asked = { temperature: 0, topP: 1, topK: 2, parallelToolCalls: false };
    const without = ["temperature", "top_k", "max_tokens", "stream_options", "constructor"];
    const { body, lossy } = write(asked, { without });
    const left: JsonObject = { ...body };
    for (const name of without.slice(0, -1)) assert.ok(!(name in left), name);
    assert.equal(left["max_completion_tokens"], ASKED.maxTokens);
    assert.equal(left["top_p"], 1);
    assert.deepEqual(lossy, ["temperature", "topK"]);
    const neither = write({}, { without: ["max_tokens", "max_completion_tokens"] });
    assert.ok(!("max_tokens" in neither.body || "max_completion_tokens" in neither.body));
    assert.deepEqual(neither.lossy, ["maxTokens"]);
  });
});
