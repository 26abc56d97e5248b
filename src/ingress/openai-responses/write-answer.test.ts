import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { IdSource } from "../../base/ids.ts";
import { isObject } from "../../base/json.ts";
import type { JsonObject } from "../../canonical/index.ts";
import {
  block,
  call,
  END,
  eventsOf,
  factsOf,
  parseEvents,
  START,
  say,
  typesOf,
} from "./answer.fixture.ts";
import { PING, StreamWriter, writeMessage } from "./write-answer.ts";

describe("a written stream of Responses", () => {
  it("has its events in the order of the API", () => {
    const thought = block(
      { type: "thinking" },
      { type: "thinking", text: "Hm" },
      { type: "signature", signature: "spw1.x" },
    );
    const events = eventsOf([START, ...thought, ...say("a"), ...call("g", '{"a"', ":1}"), END]);
    assert.deepEqual(typesOf(events), [
      "created",
      "in_progress",
      "output_item.added",
      "reasoning_summary_part.added",
      "reasoning_summary_text.delta",
      "reasoning_summary_text.done",
      "reasoning_summary_part.done",
      "output_item.done",
      "output_item.added",
      "content_part.added",
      "output_text.delta",
      "output_text.done",
      "content_part.done",
      "output_item.done",
      "output_item.added",
      "function_call_arguments.delta",
      "function_call_arguments.delta",
      "function_call_arguments.done",
      "output_item.done",
      "completed",
    ]);
    assert.deepEqual(
      events.map(({ sequence_number: number }) => number),
      events.map((_, index) => index),
    );
    const places = events.flatMap(({ output_index: index }) =>
      index === undefined ? [] : [index],
    );
    assert.deepEqual([...new Set(places)], [0, 1, 2]);
  });

  it("says who answers, when, and what it took", () => {
    const requestId = new IdSource("req_", () => 1_755_091_686_789).next();
    const facts = { ...factsOf(), requestId };
    const response = eventsOf([START, ...say("a"), END], facts).at(-1)?.["response"];
    assert.ok(isObject(response));
    assert.equal(response["id"], requestId.replace("req_", "resp_"));
    assert.equal(response["model"], "asked");
    assert.equal(response["created_at"], 1_755_091_686);
    assert.deepEqual(response["usage"], {
      input_tokens: 17,
      input_tokens_details: { cached_tokens: 5, cache_write_tokens: 2 },
      output_tokens: 7,
      output_tokens_details: { reasoning_tokens: 3 },
      total_tokens: 24,
    });
  });

  it("estimates what nobody counted", () => {
    const events = eventsOf([START, ...say("12345678"), { type: "end", stopReason: "end_turn" }]);
    const response = events.at(-1)?.["response"];
    assert.ok(isObject(response) && isObject(response["usage"]));
    assert.equal(response["usage"]["input_tokens"], 1_000);
    assert.equal(response["usage"]["output_tokens"], 2);
  });

  const ENDINGS = [
    ["end_turn", "completed", null],
    ["tool_use", "completed", null],
    ["stop_sequence", "completed", null],
    ["pause_turn", "completed", null],
    ["max_tokens", "incomplete", { reason: "max_output_tokens" }],
    ["model_context_window_exceeded", "incomplete", { reason: "max_output_tokens" }],
    ["refusal", "incomplete", { reason: "content_filter" }],
  ] as const;
  for (const [stopReason, status, details] of ENDINGS) {
    it(`ends ${status} after ${stopReason}`, () => {
      const last = eventsOf([START, ...say("a"), { ...END, stopReason }]).at(-1);
      assert.equal(last?.["type"], `response.${status}`);
      assert.ok(isObject(last["response"]));
      assert.equal(last["response"]["status"], status);
      assert.deepEqual(last["response"]["incomplete_details"], details);
    });
  }

  it("ends failed, with the item that broke off left open", () => {
    const error = { kind: "rate_limit", message: "Slow down.", retryAfterMs: 1_500 } as const;
    const events = eventsOf([START, ...say("a").slice(0, 2), { type: "error", error }]);
    assert.deepEqual(typesOf(events).slice(-2), ["output_text.delta", "failed"]);
    const response = events.at(-1)?.["response"];
    assert.ok(isObject(response));
    assert.deepEqual(response["error"], {
      code: "rate_limit_exceeded",
      message: "Slow down. Please try again in 1.500s.",
    });
  });

  it("lives on comments, which take no number", () => {
    assert.match(PING, /^: .*\n\n$/);
    const writer = new StreamWriter(factsOf());
    assert.equal(parseEvents(writer.push(START))[0]?.["sequence_number"], 0);
  });
});

describe("a written answer of Responses", () => {
  it("is what the stream's last event has in it", () => {
    const content = [
      { type: "thinking", text: "Hm", signature: "spw1.x" },
      { type: "text", text: "a" },
      { type: "tool_use", id: "c1", name: "g", input: '{"n":12345678901234567890}' },
    ] as const;
    const message = { id: "m", model: "served", content, stopReason: "tool_use" } as const;
    const written: unknown = JSON.parse(writeMessage(message, factsOf()));
    assert.ok(isObject(written));
    const { output, status, error } = written;
    assert.deepEqual([status, error], ["completed", null]);
    assert.ok(Array.isArray(output));
    assert.deepEqual(
      output.map(({ type }: JsonObject) => type),
      ["reasoning", "message", "function_call"],
    );
    assert.equal(output[2].arguments, '{"n":12345678901234567890}');
  });
});
