import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { asAnthropicWrites, spellingKey } from "./spelling.ts";
import { nearestModels } from "./suggest.ts";

const KNOWN = ["claude-opus-4-8", "claude-sonnet-4-6", "claude-haiku-4-5", "claude-3-5-haiku"];

describe("spellings", () => {
  it("S3-52 are written as Anthropic writes them", () => {
    const cases = [
      ["claude-sonnet-4.6", "claude-sonnet-4-6"],
      ["anthropic/claude-sonnet-4.6", "claude-sonnet-4-6"],
      ["anthropic/claude-sonnet-4-5-20250929", "claude-sonnet-4-5-20250929"],
      ["us.anthropic.claude-sonnet-4-6-v1:0", "claude-sonnet-4-6"],
      ["anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5-20250929"],
      ["claude-sonnet-4-5@20250929", "claude-sonnet-4-5-20250929"],
      ["claude-4.6-sonnet", "claude-sonnet-4-6"],
      ["claude-3.5-haiku", "claude-3-5-haiku"],
      // A model that nobody knew when this was written.
      ["claude-fable-9.1", "claude-fable-9-1"],
      ["Claude-Opus-4.8", "claude-opus-4-8"],
    ] as const;
    for (const [name, written] of cases)
      assert.equal(asAnthropicWrites(name, KNOWN), written, name);
  });

  it("S3-52 leaves alone what is written so, or is somebody else's", () => {
    const names = [
      ...KNOWN,
      "claude-opus-4-8-20260101",
      "claude-next",
      "gpt-5.5",
      "openrouter/anthropic/claude-sonnet-4.6",
    ];
    for (const name of names) assert.equal(asAnthropicWrites(name, KNOWN), undefined, name);
  });

  it("have one key", () => {
    const same = [
      "claude-sonnet-4-6",
      "claude-sonnet-4.6",
      "anthropic/claude-sonnet-4.6[1m]",
      "claude-4-6-sonnet",
      "claude-sonnet-4-6-20260217",
      "claude-sonnet-4-6-latest",
    ];
    assert.equal(new Set(same.map(spellingKey)).size, 1);
    assert.notEqual(spellingKey("claude-sonnet-4-6"), spellingKey("claude-sonnet-4-5"));
  });
});

describe("nearestModels", () => {
  const known = [...KNOWN, "groq/llama-4", "openai/gpt-5.5", "fast"];

  it("S3-52 finds what a mistyped name means", () => {
    assert.deepEqual(nearestModels("claude-opsu-4-8", known).slice(0, 1), ["claude-opus-4-8"]);
    assert.deepEqual(nearestModels("fats", known), ["fast"]);
    assert.deepEqual(nearestModels("grok/llama-4", known).slice(0, 1), ["groq/llama-4"]);
  });

  it("S3-52 finds a model that lacks its provider", () => {
    assert.deepEqual(nearestModels("gpt-5.5", known), ["openai/gpt-5.5"]);
    assert.deepEqual(nearestModels("llama-4", known).slice(0, 1), ["groq/llama-4"]);
  });

  it("gives at most three, and none where nothing is near", () => {
    assert.ok(nearestModels("claude-sonnet-4-7", known).length <= 3);
    assert.deepEqual(nearestModels("zzzzzzzzzzzzzz", known), []);
  });
});
