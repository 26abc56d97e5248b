import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PROVIDERS } from "../upstream/providers/registry.generated.ts";
import { makeCatalogue } from "./catalogue.ts";
import type { PriceOverride } from "./overrides.ts";
import type { PriceEntry } from "./price-entry.ts";

const ANTHROPIC = { provider: "anthropic", kind: "anthropic" };
const GROQ = { provider: "groq", kind: "groq" };

const resells = (kind: string) => PROVIDERS.get(kind)?.resells;

function catalogue(overrides: readonly PriceOverride[] = []) {
  const made = makeCatalogue(overrides, undefined, { fees: new Map(), resells });
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

  it("S3-13: adds what a provider takes on top, and says so in the price's id", () => {
    const made = makeCatalogue([{ model: "groq/own", input: "1", output: "2" }], undefined, {
      fees: new Map([["groq", 550]]),
      resells,
    });
    assert.ok(made.ok);
    const prices = made.value.of(GROQ);
    const listed = prices.find("llama-3.3-70b-versatile");
    assert.equal(listed?.prices.input, 622_450_000n);
    assert.match(listed.id, /llama-3-3-70b-versatile\*1\.055$/);
    assert.equal(prices.find("own")?.prices.output, 2_110_000_000n);
    const elsewhere = made.value.of({ provider: "our-groq", kind: "groq" });
    assert.equal(elsewhere.find("llama-3.3-70b-versatile")?.prices.input, 590_000_000n);
  });

  it("S4-12: Claude costs at clouds what Anthropic takes, and a tenth more inside a region or geography", () => {
    const bedrock = catalogue().of({ provider: "bedrock", kind: "bedrock" });
    const usd = (entry: PriceEntry | undefined) =>
      entry && [Number(entry.prices.input) / 1e9, Number(entry.prices.output) / 1e9];
    for (const [model, expected] of [
      ["global.anthropic.claude-opus-5-5", [4, 20]],
      ["us.anthropic.claude-opus-5-5", [4.4, 22]],
      ["anthropic.claude-opus-5-5", [4.4, 22]],
      ["eu.anthropic.claude-haiku-4-5-20251001-v1:0", [1.1, 5.5]],
      ["us.anthropic.claude-opus-4-1-20250805-v1:0", [15, 75]],
      ["arn:aws:bedrock:us-east-1:1:inference-profile/global.anthropic.claude-sonnet-5", [2, 10]],
      ["amazon.nova-pro-v1:0", [0.8, 3.2]],
      ["global.amazon.nova-2-lite-v1:0", [0.3, 2.5]],
    ] as const) {
      assert.deepEqual(usd(bedrock.find(model)), expected, model);
    }
    assert.equal(
      bedrock.find("arn:aws:bedrock:us-east-1:1:application-inference-profile/x"),
      undefined,
    );
    assert.equal(bedrock.find("us.anthropic.claude-nobody-9"), undefined);
    // An answer has Anthropic's name for the model, not the profile that decided its price.
    const asked = bedrock.askedFor("eu.anthropic.claude-opus-5-5");
    assert.deepEqual(usd(asked.find("claude-opus-5-5")), [4.4, 22]);
    const worldwide = bedrock.askedFor("global.anthropic.claude-opus-5-5");
    assert.deepEqual(usd(worldwide.find("claude-opus-5-5")), [4, 20]);
    const long = bedrock.find("jp.anthropic.claude-haiku-5-5")?.longPrompt;
    assert.equal(long?.prices.input, 550_000_000n);
  });

  it("S4-12: Vertex is told by its location", () => {
    const at = (location: string) =>
      catalogue().of({
        provider: "vertex",
        kind: "vertex",
        pathPrefix: `/v1/projects/p/locations/${location}`,
      });
    assert.equal(at("global").find("claude-haiku-4-5@20251001")?.prices.input, 1_000_000_000n);
    assert.equal(at("us-east5").find("claude-haiku-4-5@20251001")?.prices.input, 1_100_000_000n);
    assert.equal(at("eu").find("claude-opus-4-1@20250805")?.prices.input, 15_000_000_000n);
    assert.notEqual(at("us-central1").find("gemini-2.5-pro"), undefined);
  });

  it("S4-12: knows a model under all names that a cloud has for it", () => {
    const vertex = catalogue().of({
      provider: "vertex",
      kind: "vertex",
      pathPrefix: "/v1/projects/p/locations/europe-west1",
    });
    assert.equal(vertex.find("claude-opus-4-8@default")?.prices.input, 5_500_000_000n);
    assert.equal(vertex.find("claude-3-5-sonnet-v2@20241022")?.prices.input, 3_000_000_000n);
    assert.equal(vertex.find("gemini-3.8-flash")?.prices.input, 825_000_000n);
    assert.equal(vertex.find("gemini-2.5-flash")?.prices.input, 300_000_000n);
    const azure = catalogue().of({ provider: "azure", kind: "azure" });
    assert.equal(azure.find("gpt-5-2025-08-07")?.prices.input, 1_250_000_000n);
    const bedrock = catalogue().of({ provider: "bedrock", kind: "bedrock" });
    assert.equal(bedrock.find("us.amazon.nova-2-lite-v1:0")?.prices.input, 330_000_000n);
  });

  it("takes the operator's price for a cloud's model in all its profiles, before and after the answer", () => {
    const prices = catalogue([{ model: "bedrock/claude-opus-4-8", input: "4", output: "20" }]).of({
      provider: "bedrock",
      kind: "bedrock",
    });
    for (const asked of ["us.anthropic.claude-opus-4-8-v1:0", "global.anthropic.claude-opus-4-8"]) {
      assert.equal(prices.find(asked)?.prices.input, 4_000_000_000n);
      assert.equal(prices.askedFor(asked).find("claude-opus-4-8")?.prices.input, 4_000_000_000n);
    }
    const other = prices.find("us.anthropic.claude-opus-4-7");
    assert.equal(other?.prices.input, 5_500_000_000n);
  });

  it("finds a price again by the id that a record has of it", () => {
    const made = makeCatalogue([{ model: "own", input: "1", output: "2" }], undefined, {
      fees: new Map([["bedrock", 550]]),
      resells,
    });
    assert.ok(made.ok);
    const bedrock = made.value.of({ provider: "bedrock", kind: "bedrock" });
    for (const model of ["eu.anthropic.claude-haiku-5-5", "amazon.nova-pro-v1:0", "own"]) {
      const applied = bedrock.find(model);
      assert.ok(applied);
      assert.deepEqual(made.value.byId(applied.id), applied);
    }
    assert.equal(made.value.byId("genai-prices-0.0.1/groq/llama"), undefined);
    assert.equal(made.value.byId(""), undefined);
  });
});
