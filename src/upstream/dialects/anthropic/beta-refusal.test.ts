import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readBetaRefusal } from "./beta-refusal.ts";

const SENT = ["claude-code-20250219", "effort-2025-11-24", "context-management-2025-06-27"];

describe("readBetaRefusal", () => {
  it("finds the betas that are named", () => {
    const message =
      "Unexpected value(s) `adaptive-thinking-2026-01-28`, `effort-2025-11-24` for the `anthropic-beta` header. Please consult our documentation at docs.anthropic.com or try again without the header.";
    assert.deepEqual(readBetaRefusal(message, SENT), {
      betas: ["effort-2025-11-24"],
      isUnnamed: false,
      members: [],
    });
  });

  it("knows that one is meant where none is named", () => {
    for (const message of [
      "invalid beta flag",
      "The model returned the following errors: invalid beta flag",
    ]) {
      const expected = { betas: [], isUnnamed: true, members: [] };
      assert.deepEqual(readBetaRefusal(message, SENT), expected);
    }
  });

  const MEMBERS: readonly (readonly [string, readonly string[]])[] = [
    ["context_management: Extra inputs are not permitted", ["context_management"]],
    ["tools.11.custom.defer_loading: Extra inputs are not permitted", ["tools.[].defer_loading"]],
    ["tools.0.input_examples: Extra inputs are not permitted", ["tools.[].input_examples"]],
    [
      "system.2.cache_control.ephemeral.scope: Extra inputs are not permitted",
      ["system.[].cache_control.scope"],
    ],
    [
      "messages.3.content.0.text.cache_control.ephemeral.ttl: Extra inputs are not permitted",
      ["messages.[].content.[].cache_control.ttl"],
    ],
    ["thinking.adaptive.block_binding: Extra inputs are not permitted", ["thinking.block_binding"]],
    ["output_config.effort: Extra inputs are not permitted", ["output_config.effort"]],
    ["newest_member: Extra inputs are not permitted", ["newest_member"]],
  ];
  for (const [message, members] of MEMBERS) {
    it(`finds ${members.join()} in "${message}"`, () => {
      const refusal = readBetaRefusal(message, SENT);
      const found = refusal?.members.map((member) => member.join("."));
      assert.deepEqual([...new Set(found)], members);
      assert.deepEqual(refusal?.betas, []);
      assert.equal(refusal.isUnnamed, false);
    });
  }

  for (const message of [
    "messages.0.content.0.source: Extra inputs are not permitted",
    "tool_choice: Extra inputs are not permitted",
    "max_tokens: 64001 > 64000, which is the maximum allowed number of output tokens",
    "prompt is too long: 210000 tokens > 200000 maximum",
    "tools.0: Input tag 'memory_20250818' found using 'type' does not match any of the expected tags",
  ]) {
    it(`says nothing of "${message}"`, () => {
      assert.equal(readBetaRefusal(message, SENT), undefined);
    });
  }
});
