import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { readGeminiPath } from "./read-path.ts";

const READ: Readonly<Record<string, readonly [string, string, boolean, "sse" | "array"]>> = {
  "/v1beta/models/gemini-2.5-flash:generateContent": [
    "messages",
    "gemini-2.5-flash",
    false,
    "array",
  ],
  "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse": [
    "messages",
    "gemini-2.5-flash",
    true,
    "sse",
  ],
  "/v1/models/m:streamGenerateContent?key=k&$alt=sse": ["messages", "m", true, "sse"],
  "/v1/models/m:streamGenerateContent?alt=json": ["messages", "m", true, "array"],
  "/v1beta/models/m:countTokens": ["count_tokens", "m", false, "array"],
  "/v1beta/models/groq%2Fllama-3.3:generateContent": ["messages", "groq/llama-3.3", false, "array"],
  "/v1beta/models/groq/llama-3.3:generateContent": ["messages", "groq/llama-3.3", false, "array"],
  "/v1beta/models/models%2Fgroq%2Fllama:generateContent": [
    "messages",
    "groq/llama",
    false,
    "array",
  ],
  "/v1beta/models/ollama%2Fqwen3:8b:generateContent": [
    "messages",
    "ollama/qwen3:8b",
    false,
    "array",
  ],
  "/v1beta1/publishers/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse": [
    "messages",
    "gemini-2.5-flash",
    true,
    "sse",
  ],
  "/v1beta1/projects/p/locations/global/publishers/groq/models/llama:generateContent": [
    "messages",
    "groq/llama",
    false,
    "array",
  ],
};

const OTHER: readonly string[] = [
  "/v1beta/models",
  "/v1beta/models/gemini-2.5-flash",
  "/v1beta/models/gemini-2.5-flash:embedContent",
  "/v1beta/models/:generateContent",
  "/v1beta/models/a%0Ab:generateContent",
  "/v1beta/models/a%zz:generateContent",
  `/v1beta/models/${"m".repeat(300)}:generateContent`,
  "/v1/messages",
  "/v1beta/cachedContents",
];

describe("readGeminiPath", () => {
  for (const [target, [operation, model, stream, framing]] of Object.entries(READ)) {
    it(`reads ${target}`, () => {
      assert.deepEqual(readGeminiPath(target), { operation, model, stream, framing });
    });
  }

  for (const target of OTHER) {
    it(`leaves ${target.slice(0, 60)} to others`, () => {
      assert.equal(readGeminiPath(target), undefined);
    });
  }

  it("gives any model back that a client escaped", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w.@:-]{1,20}(?:\/[\w.@:-]{1,20}){0,2}$/), (model) => {
        const target = `/v1beta/models/${encodeURIComponent(model)}:generateContent`;
        assert.equal(readGeminiPath(target)?.model, model.replace(/^models\//, ""));
      }),
    );
  });
});
