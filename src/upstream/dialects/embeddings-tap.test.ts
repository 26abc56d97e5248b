import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EmbeddingsTap } from "./embeddings-tap.ts";

function seen(text: string, chunkBytes: number) {
  const tap = new EmbeddingsTap();
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunkBytes)
    tap.push(bytes.subarray(at, at + chunkBytes));
  return tap.finish();
}

describe("EmbeddingsTap", () => {
  it("reads model and usage, however the bytes are cut", () => {
    const usage = { prompt_tokens: 8, total_tokens: 8 };
    const text = JSON.stringify({ data: [{ embedding: [0.5] }], model: "e-3", usage });
    for (const chunkBytes of [1, 7, 1_000]) {
      const { servedModel, usage: counted, usageComplete } = seen(text, chunkBytes);
      assert.equal(servedModel, "e-3");
      assert.deepEqual(counted, { input_tokens: 8, output_tokens: 0 });
      assert.ok(usageComplete);
    }
  });

  it("makes nothing up where no usage is told", () => {
    for (const text of ["", "no JSON", "{}", '{"usage":null}', '{"usage":{}}']) {
      assert.equal(seen(text, 100).usage, undefined);
    }
  });
});
