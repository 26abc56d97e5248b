import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Message } from "../../canonical/index.ts";
import { unpackThinking } from "./carrier.ts";
import { writeCount } from "./write-count.ts";
import { writeMessage } from "./write-message.ts";

const OPTIONS = { model: "asked-for", estimatedInputTokens: 70 };
const MESSAGE: Message = { id: "i", model: "served", content: [], stopReason: "end_turn" };

function write(more: Partial<Message>) {
  return JSON.parse(JSON.stringify(writeMessage({ ...MESSAGE, ...more }, OPTIONS)));
}

const REASONS: readonly (readonly [Message["stopReason"], string])[] = [
  ["end_turn", "STOP"],
  ["tool_use", "STOP"],
  ["stop_sequence", "STOP"],
  ["pause_turn", "STOP"],
  ["max_tokens", "MAX_TOKENS"],
  ["model_context_window_exceeded", "MAX_TOKENS"],
  ["refusal", "SAFETY"],
];

describe("writeMessage", () => {
  it("writes thoughts, text and calls as parts of one content", () => {
    const written = write({
      content: [
        { type: "thinking", text: "a\n\nb", signature: "spw1.x.AA.m" },
        { type: "text", text: "c" },
        { type: "tool_use", id: "", name: "f", input: "" },
      ],
      stopReason: "tool_use",
      usage: { input: 1, output: 2 },
    });
    const [thought, text, call] = written.candidates[0].content.parts;
    const { thoughtSignature, ...said } = text;
    assert.deepEqual(
      [thought, said, call],
      [{ text: "a\n\nb", thought: true }, { text: "c" }, { functionCall: { name: "f", args: {} } }],
    );
    assert.deepEqual(unpackThinking(thoughtSignature), [
      { type: "thinking", text: "a\n\nb", signature: "spw1.x.AA.m" },
    ]);
    assert.deepEqual(
      { ...written, candidates: [] },
      {
        candidates: [],
        usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 2, totalTokenCount: 3 },
        modelVersion: "asked-for",
        responseId: "i",
      },
    );
  });

  for (const [stopReason, finishReason] of REASONS) {
    it(`says ${finishReason} for ${stopReason}, and has a part even for nothing`, () => {
      assert.deepEqual(write({ stopReason }).candidates, [
        { content: { parts: [{ text: "" }], role: "model" }, finishReason, index: 0 },
      ]);
    });
  }

  it("counts what was cached into the prompt, though the rest is not known", () => {
    const { usageMetadata } = write({ usage: { cacheRead: 100, output: 1, reasoning: 5 } });
    assert.deepEqual(usageMetadata, {
      promptTokenCount: 100,
      cachedContentTokenCount: 100,
      candidatesTokenCount: 0,
      thoughtsTokenCount: 5,
      totalTokenCount: 105,
    });
  });
});

describe("writeCount", () => {
  it("has the API's name", () => {
    assert.equal(writeCount(7), '{"totalTokens":7}');
  });
});
