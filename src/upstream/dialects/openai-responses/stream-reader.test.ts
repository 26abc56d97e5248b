import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JsonObject, StreamEvent } from "../../../canonical/index.ts";
import { assertOrder, collect } from "./stream.fixture.ts";
import { ResponsesStreamReader } from "./stream-reader.ts";

const CREATED = { type: "response.created", response: { id: "resp_1", model: "m" } };
const COMPLETED = { type: "response.completed", response: { status: "completed", output: [] } };

describe("ResponsesStreamReader", () => {
  it("hands text over as it comes", () => {
    assert.deepEqual(play(CREATED, added(0, MESSAGE), textDelta(0, "Hel"), textDelta(0, "lo")), [
      { type: "start", id: "resp_1", model: "m" },
      { type: "block", block: { type: "text" } },
      { type: "delta", delta: { type: "text", text: "Hel" } },
      { type: "delta", delta: { type: "text", text: "lo" } },
      BROKEN_OFF,
    ]);
  });

  it("ends with the last event of the response, with or without a mark behind it", () => {
    const events = [CREATED, added(0, MESSAGE), textDelta(0, "Hi"), done(0, said("Hi")), COMPLETED];
    const message = collect(play(...events));
    assert.deepEqual(message.content, [{ type: "text", text: "Hi" }]);
    assert.equal(message.stopReason, "end_turn");
    const reader = open();
    const all = events.flatMap((event) => reader.push(toSse(event)));
    assert.deepEqual(reader.push({ event: undefined, data: "[DONE]" }), []);
    assert.deepEqual(reader.push(toSse(CREATED)), []);
    assert.deepEqual(reader.end(), []);
    assert.equal(all.at(-1)?.type, "end");
  });

  it("trusts the end of an item over its pieces", () => {
    assert.deepEqual(
      contentOf(added(0, MESSAGE), textDelta(0, "Hel"), done(0, said("Hello")), COMPLETED),
      [{ type: "text", text: "Hello" }],
    );
    assert.deepEqual(contentOf(added(0, MESSAGE), done(0, said("a", "", "b")), COMPLETED), [
      { type: "text", text: "a" },
      { type: "text", text: "b" },
    ]);
  });

  it("leaves out a call that never gets a name, and takes the name from wherever it stands", () => {
    const nameless = { ...called("{}"), name: "" };
    const ended = play(CREATED, added(0, nameless), done(0, nameless), COMPLETED);
    assert.deepEqual(collect(ended).content, []);
    assert.equal(collect(ended).stopReason, "end_turn");
    for (const [first, last] of [
      [nameless, called("{}")],
      [called("{}"), nameless],
    ]) {
      assert.deepEqual(contentOf(added(0, first ?? {}), done(0, last ?? {}), COMPLETED), [
        { type: "tool_use", id: "c", name: "read", input: "{}" },
      ]);
    }
  });

  it("reads an input that comes in pieces, at the end of the pieces, or at the end of the item", () => {
    const whole = '{"a":1}';
    const pieces = [argumentsDelta(0, '{"a"'), argumentsDelta(0, ":1}")];
    const atEnd = {
      type: "response.function_call_arguments.done",
      output_index: 0,
      arguments: whole,
    };
    for (const between of [pieces, [atEnd], [...pieces, atEnd], [pieces[0] ?? {}, atEnd], []]) {
      assert.deepEqual(
        contentOf(added(0, called("")), ...between, done(0, called(whole)), COMPLETED),
        [{ type: "tool_use", id: "c", name: "read", input: whole }],
      );
    }
    assert.deepEqual(contentOf(added(0, called("")), done(0, called("")), COMPLETED), [
      { type: "tool_use", id: "c", name: "read", input: "{}" },
    ]);
  });

  it("breaks off where a call ends otherwise than it began", () => {
    const events = play(
      CREATED,
      added(0, called("")),
      argumentsDelta(0, '{"a":1'),
      done(0, called('{"b":2}')),
      COMPLETED,
    );
    assertOrder(events);
    assert.equal(events.at(-1)?.type, "error");
  });

  it("puts items behind each other that come mixed", () => {
    const events = [
      added(0, called("", "c0")),
      added(1, called("", "c1")),
      argumentsDelta(1, '{"b":'),
      argumentsDelta(0, '{"a":'),
      argumentsDelta(1, "2}"),
      done(1, called('{"b":2}', "c1")),
      argumentsDelta(0, "1}"),
      done(0, called('{"a":1}', "c0")),
      COMPLETED,
    ];
    assertOrder(play(CREATED, ...events));
    const message = collect(play(CREATED, ...events));
    assert.deepEqual(message.content, [
      { type: "tool_use", id: "c0", name: "read", input: '{"a":1}' },
      { type: "tool_use", id: "c1", name: "read", input: '{"b":2}' },
    ]);
    assert.equal(message.stopReason, "tool_use");
  });

  it("reads thinking, its summaries as well as its words, and the proof at its end", () => {
    const item = {
      type: "reasoning",
      summary: [{ text: "ab" }, { text: "c" }],
      encrypted_content: "gAAA",
    };
    const summary = (at: number, delta: string) => ({
      type: "response.reasoning_summary_text.delta",
      output_index: 0,
      summary_index: at,
      delta,
    });
    const events = [
      added(0, { type: "reasoning" }),
      summary(0, "a"),
      summary(0, "b"),
      {
        type: "response.reasoning_summary_text.done",
        output_index: 0,
        summary_index: 0,
        text: "ab",
      },
      summary(1, "c"),
      done(0, item),
      COMPLETED,
    ];
    const block = { type: "thinking", text: "ab\n\nc", signature: JSON.stringify(item) };
    assert.deepEqual(contentOf(...events), [block]);
    assert.deepEqual(contentOf(done(0, item), COMPLETED), [block]);
    const words = { type: "reasoning", content: [{ type: "reasoning_text", text: "hm" }] };
    const word = { type: "response.reasoning_text.delta", output_index: 0, delta: "h" };
    assert.deepEqual(contentOf(added(0, { type: "reasoning" }), word, done(0, words), COMPLETED), [
      { type: "thinking", text: "hm", signature: JSON.stringify(words) },
    ]);
    assert.deepEqual(contentOf(added(0, { type: "reasoning" }), COMPLETED), []);
  });

  it("reads a refusal as text", () => {
    const refusal = { type: "response.refusal.delta", output_index: 0, delta: "No" };
    const item = { type: "message", content: [{ type: "refusal", refusal: "No." }] };
    const message = collect(play(CREATED, added(0, MESSAGE), refusal, done(0, item), COMPLETED));
    assert.deepEqual(message.content, [{ type: "text", text: "No." }]);
    assert.equal(message.stopReason, "refusal");
  });

  it("reads a search with its input as text", () => {
    const item = { type: "web_search_call", id: "ws", action: { type: "search", query: "q" } };
    const events = play(CREATED, added(0, { type: "web_search_call" }), done(0, item), COMPLETED);
    assertOrder(events);
    assert.deepEqual(events[2], { type: "delta", delta: { type: "input", json: '{"query":"q"}' } });
    assert.equal(events.filter(({ type }) => type === "block").length, 2);
  });

  it("takes items from the last event where the stream told of none", () => {
    const response = { id: "r", model: "m", status: "completed", output: [said("Hi")] };
    const message = collect(play({ type: "response.completed", response }));
    assert.deepEqual([message.id, message.content], ["r", [{ type: "text", text: "Hi" }]]);
    const unfinished = [CREATED, added(0, MESSAGE), textDelta(0, "H")];
    assert.deepEqual(
      collect(play(...unfinished, { type: "response.completed", response })).content,
      [{ type: "text", text: "Hi" }],
    );
    assert.deepEqual(collect(play(...unfinished, COMPLETED)).content, [
      { type: "text", text: "H" },
    ]);
  });

  it("knows events by their name where their data has no type", () => {
    const reader = open();
    const push = (event: string, data: JsonObject) =>
      reader.push({ event, data: JSON.stringify(data) });
    assert.equal(push("response.created", { response: { id: "r" } })[0]?.type, "start");
    assert.equal(push("response.completed", { response: {} })[0]?.type, "end");
  });

  it("reads items without an index one after the other", () => {
    const events = [
      { type: "response.output_item.done", item: said("a") },
      { type: "response.output_item.added", item: MESSAGE },
      { type: "response.output_text.delta", delta: "b" },
      { type: "response.output_item.done", item: said("b") },
      COMPLETED,
    ];
    assert.deepEqual(contentOf(...events), [
      { type: "text", text: "a" },
      { type: "text", text: "b" },
    ]);
  });

  const CUT = { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } };
  it("says why an answer was cut", () => {
    const end = { type: "response.incomplete", response: CUT };
    assert.equal(collect(play(CREATED, end)).stopReason, "max_tokens");
    const within = { type: "response.completed", response: CUT };
    assert.equal(collect(play(CREATED, within)).stopReason, "max_tokens");
    const call = [added(0, called("")), argumentsDelta(0, '{"a')];
    assert.equal(collect(play(CREATED, ...call, end)).stopReason, "max_tokens");
  });

  const FAILURES: readonly (readonly [JsonObject, string])[] = [
    [{ type: "error", code: "server_error", message: "oh" }, "server"],
    [{ type: "error", error: { type: "insufficient_quota", message: "oh" } }, "quota"],
    [
      {
        type: "response.failed",
        response: { error: { code: "rate_limit_exceeded", message: "oh" } },
      },
      "rate_limit",
    ],
    [
      { type: "response.failed", response: { error: { code: "context_length_exceeded" } } },
      "context_overflow",
    ],
    [{ type: "response.failed", response: { status: null } }, "server"],
    [{ type: "response.cancelled", response: {} }, "server"],
    [
      { type: "response.failed", response: { error: { code: "server_is_overloaded" } } },
      "overloaded",
    ],
    [
      { type: "response.failed", response: { error: { code: "invalid_prompt" } } },
      "invalid_request",
    ],
  ];
  for (const [event, kind] of FAILURES) {
    it(`fails with ${kind} at ${JSON.stringify(event)}`, () => {
      const last = play(CREATED, event, COMPLETED).at(-1);
      assert.equal(last?.type === "error" && last.error.kind, kind);
    });
  }

  it("fails where an event is not readable, and where nothing came", () => {
    const [event] = open().push({ event: undefined, data: "<html>" });
    assert.equal(event?.type, "error");
    assert.deepEqual(open().end(), [BROKEN_OFF]);
  });
});

const MESSAGE = { type: "message", content: [] };
const BROKEN_OFF: StreamEvent = {
  type: "error",
  error: { kind: "server", message: "the upstream's answer broke off" },
};

function said(...texts: readonly string[]): JsonObject {
  return { type: "message", content: texts.map((text) => ({ type: "output_text", text })) };
}

function called(args: string, call_id = "c"): JsonObject {
  return { type: "function_call", call_id, name: "read", arguments: args };
}

function added(output_index: number, item: JsonObject): JsonObject {
  return { type: "response.output_item.added", output_index, item };
}

function done(output_index: number, item: JsonObject): JsonObject {
  return { type: "response.output_item.done", output_index, item };
}

function textDelta(output_index: number, delta: string): JsonObject {
  return { type: "response.output_text.delta", output_index, content_index: 0, delta };
}

function argumentsDelta(output_index: number, delta: string): JsonObject {
  return { type: "response.function_call_arguments.delta", output_index, delta };
}

function open(): ResponsesStreamReader {
  return new ResponsesStreamReader({ toolNames: new Map(), callIds: new Set() });
}

function toSse(event: JsonObject) {
  return { event: undefined, data: JSON.stringify(event) };
}

function play(...events: readonly JsonObject[]): readonly StreamEvent[] {
  const reader = open();
  return [...events.flatMap((event) => reader.push(toSse(event))), ...reader.end()];
}

function contentOf(...events: readonly JsonObject[]) {
  return collect(play(CREATED, ...events)).content;
}
