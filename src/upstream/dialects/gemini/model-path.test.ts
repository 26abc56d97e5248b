import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { modelPath } from "./model-path.ts";
import { traitsOf } from "./traits.ts";

const STUDIO = traitsOf("gemini-3-pro", "ai-studio");

describe("modelPath", () => {
  it("puts the model between the host's folder and the method", () => {
    assert.deepEqual(modelPath("gemini-2.5-pro", "stream", STUDIO), {
      ok: true,
      value: "/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse",
    });
    assert.deepEqual(modelPath("models/gemini-2.5-pro", "generate", STUDIO), {
      ok: true,
      value: "/v1beta/models/gemini-2.5-pro:generateContent",
    });
    assert.deepEqual(modelPath("a@b:c", "count", traitsOf("x", "vertex")), {
      ok: true,
      value: "/publishers/google/models/a%40b%3Ac:countTokens",
    });
  });

  it("refuses names that would leave their segment", () => {
    for (const model of [
      "",
      "..",
      "../x",
      "a/b",
      "a\\b",
      "a?b",
      "a#b",
      "a%2fb",
      "a b",
      "ä",
      "x".repeat(201),
    ]) {
      assert.equal(modelPath(model, "generate", STUDIO).ok, false, model);
    }
  });
});
