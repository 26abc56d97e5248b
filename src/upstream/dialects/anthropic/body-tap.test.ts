import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BodyTap } from "./body-tap.ts";
import { NOTHING_OBSERVED } from "./observation.ts";

const MESSAGE = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-haiku-4-5-20251001",
  content: [{ type: "text", text: '"usage":{"input_tokens":999}' }],
  stop_reason: "end_turn",
  usage: { input_tokens: 12, output_tokens: 42, cache_creation: { ephemeral_1h_input_tokens: 3 } },
};

describe("BodyTap", () => {
  it("reads a message", () => {
    assert.deepEqual(observe(JSON.stringify(MESSAGE, null, 2)), {
      ...NOTHING_OBSERVED,
      servedModel: MESSAGE.model,
      messageId: "msg_1",
      stopReason: "end_turn",
      usage: MESSAGE.usage,
      usageComplete: true,
      sawMessageStart: true,
      sawMessageStop: true,
      errorType: undefined,
      inputTokensCounted: undefined,
    });
  });

  it("reads the same at every split", () => {
    const text = JSON.stringify(MESSAGE);
    for (let cut = 0; cut <= text.length; cut += 1) {
      assert.deepEqual(observe(text.slice(0, cut), text.slice(cut)), observe(text));
    }
  });

  it("reads a token count", () => {
    const seen = observe('{"input_tokens":37527,"context_management":{}}');
    assert.equal(seen.inputTokensCounted, 37_527);
    assert.equal(seen.sawMessageStart, false);
    assert.equal(seen.usage, undefined);
  });

  it("names the error of an error body", () => {
    const body =
      '{"type":"error","error":{"type":"rate_limit_error","message":"…"},"request_id":"req_1"}';
    assert.equal(observe(body).errorType, "rate_limit_error");
    assert.equal(observe('{"type":"error"}').errorType, "unknown");
    assert.equal(observe('{"error":{"message":"x"}}').errorType, "unknown");
  });

  it("knows nothing of a cut body, of other JSON and of no JSON at all", () => {
    const whole = JSON.stringify(MESSAGE);
    for (const text of [whole.slice(0, -1), "[]", "", "<html>", "null"]) {
      assert.deepEqual(observe(text), NOTHING_OBSERVED, text);
    }
  });

  it("takes a usage of another shape for unknown", () => {
    for (const usage of ["null", "7", '"x"', "[1]", `{"a":"${"x".repeat(70_000)}"}`]) {
      const seen = observe(`{"type":"message","usage":${usage}}`);
      assert.equal(seen.usage, undefined);
      assert.equal(seen.usageComplete, false);
    }
  });

  it("gives up beyond its size without keeping what came", () => {
    const tap = new BodyTap(10);
    tap.push(Buffer.from("12345678"));
    tap.push(Buffer.from("901"));
    tap.push(Buffer.from("2"));
    assert.deepEqual(tap.finish(), { ...NOTHING_OBSERVED, failed: true });
  });
});

function observe(...chunks: readonly string[]) {
  const tap = new BodyTap();
  for (const chunk of chunks) tap.push(Buffer.from(chunk));
  return tap.finish();
}
