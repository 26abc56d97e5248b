import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ListedModel } from "../../exchange/models/listed-model.ts";
import { readModelsAddress } from "./address.ts";
import * as anthropic from "./write-anthropic.ts";
import * as gemini from "./write-gemini.ts";
import * as openAi from "./write-openai.ts";

const PICKER = { prefix: "claude-spillway-", oneMillion: [] } as const;
const NATIVE = { type: "model", id: "claude-x", display_name: "Claude X", odd: 1 };
const CLAUDE: ListedModel = {
  id: "claude-x",
  provider: "anthropic",
  displayName: "Claude X",
  createdAt: undefined,
  native: NATIVE,
};
const LLAMA: ListedModel = {
  id: "groq/llama",
  provider: "groq",
  displayName: "Llama",
  createdAt: Date.UTC(2026, 0, 2),
};

describe("the lists that dialects write", () => {
  it("S1-055 have Anthropic's shape, its own models as it gave them", () => {
    const list: unknown = JSON.parse(anthropic.writeAll([CLAUDE, LLAMA], PICKER));
    const llama = {
      type: "model",
      id: "claude-spillway-groq/llama",
      display_name: "groq/llama",
      created_at: "2026-01-02T00:00:00Z",
    };
    const ends = { first_id: "claude-x", last_id: llama.id };
    assert.deepEqual(list, { data: [NATIVE, llama], has_more: false, ...ends });
    assert.deepEqual(JSON.parse(anthropic.writeOne(LLAMA, PICKER)), llama);
    const empty = { data: [], has_more: false, first_id: null, last_id: null };
    assert.deepEqual(JSON.parse(anthropic.writeAll([], PICKER)), empty);
  });

  it("X-R9 have a time and a name where nobody says one", () => {
    const { native: _, ...known } = CLAUDE;
    assert.deepEqual(JSON.parse(anthropic.writeOne(known, PICKER)), {
      type: "model",
      id: "claude-x",
      display_name: "Claude X",
      created_at: "2025-01-01T00:00:00Z",
    });
  });

  it("have OpenAI's shape", () => {
    const llama = { id: "groq/llama", object: "model", created: 1_767_312_000, owned_by: "groq" };
    const claude = { id: "claude-x", object: "model", created: 0, owned_by: "anthropic" };
    const list: unknown = JSON.parse(openAi.writeAll([CLAUDE, LLAMA]));
    assert.deepEqual(list, { object: "list", data: [claude, llama] });
    assert.deepEqual(JSON.parse(openAi.writeOne(LLAMA)), llama);
  });

  it("have OpenRouter's limits and prices in OpenAI's shape, where they are known", () => {
    const prices = { input: 4_400_000_000n, output: 110_000_000n };
    const known = { contextTokens: 200_000, prices };
    const wire: unknown = JSON.parse(openAi.writeOne({ ...LLAMA, known }));
    assert.deepEqual(wire, {
      id: "groq/llama",
      object: "model",
      created: 1_767_312_000,
      owned_by: "groq",
      context_length: 200_000,
      pricing: { prompt: "0.0000044", completion: "0.00000011" },
    });
  });

  it("have Gemini's shape", () => {
    const llama = {
      name: "models/groq/llama",
      displayName: "Llama",
      supportedGenerationMethods: ["generateContent", "streamGenerateContent", "countTokens"],
    };
    assert.deepEqual(JSON.parse(gemini.writeAll([LLAMA])), { models: [llama] });
    assert.deepEqual(JSON.parse(gemini.writeOne(LLAMA)), llama);
  });
});

describe("readModelsAddress", () => {
  const read = (path: string, headers: Readonly<Record<string, string>> = {}, method = "GET") => {
    const found = readModelsAddress(method, { path, target: path }, headers);
    return found === undefined ? undefined : [found.dialect.id, found.models.id];
  };

  it("tells by what comes beside it whose list is at /v1/models", () => {
    const bearer = { authorization: "Bearer sk-some" };
    assert.deepEqual(read("/v1/models", bearer), ["openai-chat", undefined]);
    assert.deepEqual(read("/v1/models", { "x-goog-api-key": "k" }), ["gemini", undefined]);
    const anthropics = [
      {},
      { ...bearer, "anthropic-version": "2023-06-01" },
      { authorization: "Bearer sk-ant-oat01-x" },
      { "x-api-key": "k" },
      { authorization: "Basic eDp5" },
    ];
    for (const headers of anthropics) assert.equal(read("/v1/models", headers), undefined);
  });

  it("knows the paths of other dialects, and ids with slashes, escaped or not", () => {
    assert.deepEqual(read("/openai/v1/models"), ["openai-chat", undefined]);
    assert.deepEqual(read("/openai/v1/models/groq/a"), ["openai-chat", "groq/a"]);
    assert.deepEqual(read("/openai/v1/models/groq%2Fa"), ["openai-chat", "groq/a"]);
    assert.deepEqual(read("/openai/v1/models/%zz"), ["openai-chat", "%zz"]);
    for (const path of [
      "/v1beta/models",
      "/v1alpha/models",
      "/genai/v1beta/models",
      "/genai/v1/models",
    ]) {
      assert.deepEqual(read(path), ["gemini", undefined], path);
    }
    assert.deepEqual(read("/v1beta/models/groq%2Fa"), ["gemini", "groq/a"]);
  });

  it("is for GET alone", () => {
    for (const method of ["HEAD", "POST", "DELETE"]) {
      assert.equal(read("/openai/v1/models", {}, method), undefined);
    }
    assert.equal(read("/openai/v1/modelsx"), undefined);
  });
});
