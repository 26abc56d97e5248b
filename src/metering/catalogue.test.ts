import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeCatalogue } from "./catalogue.ts";
import type { PriceOverride } from "./overrides.ts";

const ANTHROPIC = { provider: "anthropic", kind: "anthropic" };
const GROQ = { provider: "groq", kind: "groq" };

function catalogue(overrides: readonly PriceOverride[] = []) {
  const made = makeCatalogue(overrides);
  assert.ok(made.ok, made.ok ? "" : made.error);
  return made.value;
}

describe("Catalogue", () => {
  it("remembers no more names than its bound and still finds them", () => {
    const prices = catalogue().of(ANTHROPIC);
    for (let count = 0; count < 3_000; count += 1) prices.find(`unknown-${count}`);
    assert.equal(prices.find("claude-opus-5")?.id, "spillway-2026-11-20/claude-opus-5");
    assert.equal(prices.find("unknown-1"), undefined);
  });

  it("prices a model as its seller does, whatever the seller is called here", () => {
    const all = catalogue();
    const at = (provider: string, kind: string) =>
      all.of({ provider, kind }).find("llama-3.3-70b-versatile")?.prices.input;
    assert.equal(at("groq", "groq"), 590_000_000n);
    assert.equal(at("our-groq", "groq"), 590_000_000n);
    assert.equal(at("anthropic", "anthropic"), undefined);
    assert.equal(at("lab", "openai-compatible"), undefined);
  });

  it("says in the price's id whose it is", () => {
    const id = catalogue().of(GROQ).find("llama-3.3-70b-versatile")?.id;
    assert.match(id ?? "", /^genai-prices-[0-9.]+\/groq\/llama-3-3-70b-versatile$/);
  });

  it("does not take Anthropic's price for a Claude that somebody else sells", () => {
    const all = catalogue([{ model: "claude-opus-5", input: "1", output: "1" }]);
    const elsewhere = all.of({ provider: "lab", kind: "openai-compatible" });
    assert.equal(elsewhere.find("anthropic/claude-opus-5"), undefined);
    assert.equal(all.of(ANTHROPIC).find("claude-opus-5-20260301")?.prices.input, 1_000_000_000n);
  });

  it("takes the operator's price for one provider's model, and completes it from that one's list", () => {
    const all = catalogue([{ model: "openai/gpt-5.5", input: "10", output: "60" }]);
    const openai = all.of({ provider: "openai", kind: "openai" }).find("gpt-5.5-2026-04-23");
    assert.equal(openai?.prices.cacheRead, 1_000_000_000n);
    const router = all.of({ provider: "openrouter", kind: "openrouter" }).find("gpt-5.5");
    assert.notEqual(router?.prices.input, 10_000_000_000n);
  });

  it("knows the newest models of the providers that publish prices", () => {
    const known = [
      ["openai", "gpt-6-sol"],
      ["gemini", "gemini-3.8-flash"],
      ["xai", "grok-4-fast-reasoning"],
      ["zai", "glm-5.3"],
      ["mistral", "mistral-large-latest"],
      ["openrouter", "openai/gpt-5.5"],
    ] as const;
    for (const [kind, model] of known) {
      assert.ok(catalogue().of({ provider: kind, kind }).find(model), `${kind}/${model}`);
    }
  });

  it("has no price for what costs by the hour of the day or in pictures", () => {
    const all = catalogue();
    assert.equal(
      all.of({ provider: "deepseek", kind: "deepseek" }).find("deepseek-chat"),
      undefined,
    );
    const gemini = all.of({ provider: "gemini", kind: "gemini" });
    assert.equal(gemini.find("gemini-3-pro-image-preview"), undefined);
  });
});
