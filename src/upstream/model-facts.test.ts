import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CanonicalRequest } from "../canonical/index.ts";
import { factsOf } from "./model-facts.ts";
import { anthropic } from "./providers/anthropic/index.ts";
import type { ProviderDefinition } from "./providers/provider.ts";
import { PROVIDERS } from "./providers/registry.generated.ts";

describe("a model's limits", () => {
  it("are found by its name, its edition's, or its family's, in whatever spelling", () => {
    const named = ["gpt-4o", "gpt-4o-2024-05-13", "gpt-4o-2024-12-24", "GPT-4o-mini-2024-07-18"];
    const answers = named.map((model) => factsOf("openai", model).outputTokens);
    assert.deepEqual(answers, [16_384, 4_096, 16_384, 16_384]);
    const same = ["gpt-4.1", "gpt-4-1", "ft:gpt-4.1-2025-04-14:house::1", "gpt-4.1-latest"];
    for (const model of same) assert.equal(factsOf("openai", model).outputTokens, 32_768, model);
    assert.equal(factsOf("openai", "gpt-3.5-turbo-0125").outputTokens, 4_096);
    assert.equal(factsOf("anthropic", "claude-haiku-4-5[1m]").contextTokens, 200_000);
    assert.equal(factsOf("openrouter", "openai/gpt-4o:online").outputTokens, 16_384);
  });

  it("are each provider's own", () => {
    const outputs = ["groq", "huggingface"].map(
      (kind) => factsOf(kind, "openai/gpt-oss-120b").outputTokens,
    );
    assert.deepEqual(outputs, [65_536, 32_768]);
  });

  it("are unknown for a model that is not listed, whatever it is called", () => {
    for (const model of ["gpt-99", "", "constructor", "__proto__", "gpt-4o-"]) {
      assert.deepEqual(factsOf("openai", model), {
        contextTokens: undefined,
        outputTokens: undefined,
        abilities: undefined,
      });
    }
    assert.equal(factsOf("constructor", "gpt-4o").outputTokens, undefined);
  });

  it("cut the room for an answer toward every provider, and the loss is named", () => {
    for (const [{ id, dialectFor }, model] of CUT) {
      const { contextTokens, outputTokens = 0 } = factsOf(id, model);
      const bound = dialectFor(model);
      assert.equal(bound.contextTokens, contextTokens, model);
      for (const [maxTokens, isCut] of [
        [outputTokens, false],
        [outputTokens + 1, true],
      ] as const) {
        const written = bound.writeRequest({ ...HELLO, model, maxTokens });
        assert.ok(written.ok, model);
        assert.match(
          JSON.stringify(written.value.body),
          new RegExp(`(?:tokens|Tokens)":${outputTokens}[,}]`),
        );
        assert.equal(written.value.lossy.includes("maxTokens"), isCut, model);
      }
    }
  });

  it("are cut for no model that is not known", () => {
    const written = anthropic.dialectFor("claude-9").writeRequest({ ...HELLO, maxTokens: 10 ** 9 });
    assert.ok(written.ok);
    assert.equal(written.value.body["max_tokens"], 10 ** 9);
  });
});

const HELLO: CanonicalRequest = {
  model: "m",
  system: [],
  turns: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
  tools: [],
  stream: false,
  stopSequences: [],
  extra: {},
};

/** A model of each dialect, and of providers that speak more than one. */
const CUT: readonly (readonly [Pick<ProviderDefinition, "id" | "dialectFor">, string])[] = [
  [anthropic, "claude-haiku-4-5"],
  [provider("openai"), "gpt-4o"],
  [provider("openai"), "gpt-5.5"],
  [provider("gemini"), "gemini-4-argon"],
  [provider("groq"), "llama-3.3-70b-versatile"],
  [provider("xai"), "grok-4.3"],
  [provider("deepseek"), "deepseek-v4-pro"],
  [provider("openrouter"), "openai/gpt-4.1"],
  [provider("openrouter"), "anthropic/claude-haiku-4.5"],
];

function provider(id: string): ProviderDefinition {
  const found = PROVIDERS.get(id);
  assert.ok(found, id);
  return found;
}
