import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { StreamTap } from "./stream-tap.ts";

const START =
  'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","model":"claude-opus-5-5","stop_reason":null,"usage":{"input_tokens":12,"cache_creation_input_tokens":1500,"cache_read_input_tokens":14000,"cache_creation":{"ephemeral_5m_input_tokens":1500,"ephemeral_1h_input_tokens":0},"output_tokens":1,"service_tier":"standard","inference_geo":"global"}}}\n\n';
const BLOCK =
  'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n';
const TEXT =
  'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"grüße 😀"}}\n\n';
const STOP = 'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n';
const DELTA =
  'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"input_tokens":12,"output_tokens":42,"output_tokens_details":{"thinking_tokens":7}}}\n\n';
const END = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';
const PING = 'event: ping\ndata: {"type": "ping"}\n\n';
const WHOLE = START + PING + BLOCK + TEXT + TEXT + STOP + DELTA + END;

describe("StreamTap", () => {
  it("reads a whole stream: model, id, stop reason, merged usage, delivered bytes", () => {
    assert.deepEqual(observe(WHOLE), {
      servedModel: "claude-opus-5-5",
      messageId: "msg_1",
      stopReason: "end_turn",
      usage: {
        input_tokens: 12,
        cache_creation_input_tokens: 1500,
        cache_read_input_tokens: 14000,
        cache_creation: { ephemeral_5m_input_tokens: 1500, ephemeral_1h_input_tokens: 0 },
        output_tokens: 42,
        output_tokens_details: { thinking_tokens: 7 },
        service_tier: "standard",
        inference_geo: "global",
      },
      usageComplete: true,
      deliveredTextBytes: 2 * Buffer.byteLength("grüße 😀"),
      sawMessageStart: true,
      sawMessageStop: true,
      skippedEvents: 0,
      failed: false,
    });
  });

  it("reads the same at every split into two and with every line ending (U-03)", () => {
    const expected = observe(WHOLE);
    for (const text of [
      WHOLE,
      WHOLE.replaceAll("\n", "\r\n"),
      WHOLE.replaceAll("\n", "\r"),
      `\ufeff${WHOLE}`,
    ]) {
      const bytes = Buffer.from(text);
      for (let cut = 0; cut <= bytes.length; cut += 1) {
        assert.deepEqual(observe(bytes.subarray(0, cut), bytes.subarray(cut)), expected);
      }
    }
  });

  it("reads the same at any split into many, among comments and unknown events", () => {
    const noise = fc.constantFrom(
      ": comment\n",
      ":\n\n",
      "event: new_kind\ndata: {}\n\n",
      PING,
      "\n",
      "data: [DONE]\n\n",
    );
    fc.assert(
      fc.property(
        fc.array(noise),
        fc.infiniteStream(fc.integer({ min: 1, max: 90 })),
        (noises, sizes) => {
          const parts = [START, BLOCK, TEXT, TEXT, STOP, DELTA, END];
          const text = parts.map((part, at) => (noises[at] ?? "") + part).join("");
          assert.deepEqual(observe(...chop(Buffer.from(text), sizes)), observe(WHOLE));
        },
      ),
    );
  });

  it("reads a last event that no blank line ends", () => {
    assert.deepEqual(observe(WHOLE.slice(0, -2)), observe(WHOLE));
  });

  it("does not call the usage complete before the last message_delta", () => {
    for (const text of [START, START + BLOCK + TEXT, START + END]) {
      assert.equal(observe(text).usageComplete, false);
    }
    assert.equal(observe(START + BLOCK + TEXT + STOP + DELTA).usageComplete, true);
    const early =
      'event: message_delta\ndata: {"type":"message_delta","delta":{},"usage":{"output_tokens":9}}\n\n';
    assert.equal(observe(START + early).usageComplete, false);
    assert.equal(observe(START + early + DELTA).usage?.["output_tokens"], 42);
  });

  it("keeps what message_start said where a message_delta says null or nothing", () => {
    const nulls =
      'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":null,"output_tokens":3,"cache_creation":{"ephemeral_1h_input_tokens":5}}}\n\n';
    const { usage } = observe(START + nulls);
    assert.equal(usage?.["input_tokens"], 12);
    assert.deepEqual(usage["cache_creation"], {
      ephemeral_5m_input_tokens: 1500,
      ephemeral_1h_input_tokens: 5,
    });
  });

  it("names the model that took over after a server-side fallback", () => {
    const fallback =
      'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"fallback","from":{"model":"claude-fable-5"},"to":{"model":"claude-opus-4-8"}}}\n\n';
    assert.equal(observe(START + fallback + STOP).servedModel, "claude-opus-4-8");
    const mention = BLOCK.replace('"text":""', '"text":"\\"fallback\\" \\"to\\""');
    assert.equal(observe(START + mention).servedModel, "claude-opus-5-5");
  });

  it("names the error of an error event after a 200", () => {
    const error =
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n';
    assert.equal(observe(START + error).errorType, "overloaded_error");
    assert.equal(observe("event: error\ndata: {}\n\n").errorType, "unknown");
  });

  it("reads events that have only data lines, or several of them", () => {
    const dataOnly = WHOLE.replace(/event: .*\n/g, "");
    assert.deepEqual(observe(dataOnly), observe(WHOLE));
    const spread = WHOLE.replace(
      '"usage":{"input_tokens":12,"output_tokens":42',
      '"usage":\ndata: {"input_tokens":12,\ndata:"output_tokens":42',
    );
    assert.deepEqual(observe(spread), observe(WHOLE));
  });

  it("keeps no more than 64 KB of usage, however many events bring some (U-06)", () => {
    const deltas = Array.from({ length: 8 }, (_, at) =>
      DELTA.replace('"input_tokens"', `"key_${at}":"${"x".repeat(30_000)}","input_tokens"`),
    );
    const seen = observe(START + deltas.join(""));
    assert.ok(JSON.stringify(seen.usage).length <= 64 * 1_024);
    assert.equal(seen.skippedEvents, 6);
    assert.equal(seen.usage?.["output_tokens"], 42);
    assert.equal(seen.usageComplete, false);
    assert.equal(observe(START + deltas.join("") + DELTA).usageComplete, true);
  });

  it("goes on behind events that are no JSON, are absurd, or too large (U-05, U-06)", () => {
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    const bad = [
      "event: message_delta\ndata: {oops\n\n",
      "event: message_delta\ndata: 7\n\n",
      `event: error_of_tomorrow\ndata: ${"x".repeat(2 ** 20)}\n\n`,
      'event: message_delta\ndata: {"usage":"none"}\n\n',
    ];
    const seen = observe(START + bad.join("") + TEXT + DELTA + END);
    assert.equal(seen.skippedEvents, bad.length);
    assert.equal(seen.usageComplete, true);
    assert.equal(seen.failed, false);
    const afterDeep = observe(
      `${START}event: message_delta\ndata: {"usage":{"a":${deep}}}\n\n${DELTA}`,
    );
    assert.equal(afterDeep.usage?.["input_tokens"], 12);
  });

  it("does not let a usage object reach a prototype (H-10)", () => {
    const evil =
      'event: message_delta\ndata: {"delta":{},"usage":{"__proto__":{"polluted":1},"output_tokens":2}}\n\n';
    assert.equal(observe(START + evil).usage?.["output_tokens"], 2);
    assert.equal(Reflect.get({}, "polluted"), undefined);
  });

  it("knows whether it is between events", () => {
    const tap = new StreamTap();
    assert.equal(tap.atBoundary, true);
    tap.push(Buffer.from(START));
    assert.equal(tap.atBoundary, true);
    tap.push(Buffer.from(TEXT.slice(0, 40)));
    assert.equal(tap.atBoundary, false);
    tap.push(Buffer.from(TEXT.slice(40)));
    assert.equal(tap.atBoundary, true);
  });
});

function observe(...chunks: readonly (string | Uint8Array)[]) {
  const tap = new StreamTap();
  for (const chunk of chunks) tap.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
  return tap.finish();
}

function* chop(bytes: Buffer, sizes: Iterator<number>): Iterable<Buffer> {
  for (let from = 0; from < bytes.length; ) {
    const size: number = sizes.next().value ?? 1;
    yield bytes.subarray(from, from + size);
    from += size;
  }
}
