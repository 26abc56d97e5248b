import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dispatch, modelClassOf } from "./dispatch.ts";

const BOTH = { redirect: true, foreign: true };
const NONE = { redirect: false, foreign: false };

function shape(model: string | undefined, isRedirected: boolean, has = BOTH): string {
  const { to, reason, substitute } = dispatch({ model: modelClassOf(model), isRedirected, has });
  return [to, reason, ...(substitute === undefined ? [] : [`for ${substitute}`])].join(" ");
}

describe("dispatch", () => {
  const table: readonly [string, string | undefined, boolean, string][] = [
    ["S1-084", "claude-opus-4-8", false, "anthropic anthropic-passthrough"],
    ["S1-085", "claude-sonnet-4-6", false, "anthropic anthropic-passthrough"],
    ["S1-086", "claude-haiku-4-5", false, "anthropic anthropic-passthrough"],
    ["S1-087", "claude-opus-4-8", true, "redirect redirect-opus for opus"],
    ["S1-088", "claude-sonnet-4-6", true, "redirect redirect-sonnet for sonnet"],
    ["S1-089", "claude-haiku-4-5", true, "redirect redirect-haiku for haiku"],
    ["S1-090", "claude-fable-5", true, "redirect redirect-unknown-tier"],
    ["S1-090", "claude-fable-5", false, "anthropic anthropic-passthrough"],
    ["S1-092", "gpt-5", false, "foreign non-claude-model"],
    ["S1-092", "gemini-3.1-pro", true, "foreign non-claude-model"],
    ["S1-093, C-12", undefined, false, "anthropic parse-failed-fail-safe"],
    ["S1-093, C-12", undefined, true, "anthropic parse-failed-fail-safe"],
  ];
  for (const [id, model, isRedirected, expected] of table) {
    it(`${id}: ${model ?? "no model"} ${isRedirected ? "at the threshold" : "below"}`, () => {
      assert.equal(shape(model, isRedirected), expected);
    });
  }

  it("C-07: what nobody is configured for goes to Anthropic", () => {
    assert.equal(shape("gpt-5", true, NONE), "anthropic anthropic-passthrough");
    assert.equal(shape("claude-opus-4-8", true, NONE), "anthropic anthropic-passthrough");
  });
});

describe("modelClassOf", () => {
  it("S1-094, C-11: the family first, then the tier anywhere in the name, in any case", () => {
    const cases: readonly [string, string][] = [
      ["CLAUDE-OPUS-4", "opus"],
      ["claude-3-5-sonnet", "sonnet"],
      ["claude-haiku-4-5[1m]", "haiku"],
      ["claude-fable-5", "claude"],
      ["claude/opus", "opus"],
      ["anthropic/claude-opus-4-8", "opus"],
      ["us.anthropic.claude-sonnet-4-6-v1:0", "sonnet"],
      ["opus", "opus"],
      ["sonnet[1m]", "sonnet"],
      ["gpt-opus-x", "foreign"],
      ["my-sonnet", "foreign"],
      ["claudette", "foreign"],
      ["composer-2.5", "foreign"],
      ["", "none"],
    ];
    for (const [model, expected] of cases) assert.equal(modelClassOf(model), expected, model);
  });
});
