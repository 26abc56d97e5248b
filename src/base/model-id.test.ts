import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { plainModelId } from "./model-id.ts";

describe("plainModelId", () => {
  it("takes off what does not make it another model", () => {
    const names = [
      ["claude-haiku-4-5-20251001", "claude-haiku-4-5"],
      ["claude-haiku-4-5@20251001", "claude-haiku-4-5"],
      ["claude-sonnet-5[1m]", "claude-sonnet-5"],
      ["claude-haiku-4-5-20251001[1m]", "claude-haiku-4-5"],
      ["anthropic/claude-opus-4.8", "claude-opus-4-8"],
      ["claude-3-5-haiku-latest", "claude-3-5-haiku"],
      ["Claude-Opus-5", "claude-opus-5"],
      ["gpt-5-2025-08-07", "gpt-5"],
    ] as const;
    for (const [model, name] of names) assert.equal(plainModelId(model), name);
  });

  it("keeps what may be another model", () => {
    for (const model of [
      "claude-opus-5-5",
      "claude-opus-5-12345678",
      "gpt-5",
      "us-anthropic-claude",
    ]) {
      assert.equal(plainModelId(model), model);
    }
  });
});
