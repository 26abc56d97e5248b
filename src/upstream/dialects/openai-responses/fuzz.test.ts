import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isObject } from "../../../base/json.ts";
import type { Block, CanonicalRequest, JsonObject, Turn } from "../../../canonical/index.ts";
import { readError } from "./read-error.ts";
import { readMessage } from "./read-message.ts";
import { makeRequest } from "./request.fixture.ts";
import { writeRequest } from "./request.ts";
import { assertOrder, collect } from "./stream.fixture.ts";
import { ResponsesStreamReader } from "./stream-reader.ts";
import { BARE_TRAITS, TRAITS } from "./traits.fixture.ts";

const CONTEXT = { toolNames: new Map<string, string>(), callIds: new Set<string>() };

describe("openai-responses, with anything", () => {
  it("keeps the order of events, whatever comes in", () => {
    fc.assert(
      fc.property(fc.array(eventText(), { maxLength: 30 }), (datas) => {
        const reader = new ResponsesStreamReader(CONTEXT);
        const events = datas.flatMap((data) => reader.push({ event: undefined, data }));
        const all = [...events, ...reader.end()];
        assertOrder(all);
        assert.match(all.at(-1)?.type ?? "", /^(?:end|error)$/);
      }),
      { numRuns: 1_000 },
    );
  });

  it("reads the same message from a stream, however its items are mixed, as from a body", () => {
    const mixed = fc.array(anyItem(), { maxLength: 5 }).chain((told) => {
      const items = told.map((each, at): JsonObject => ({ ...each, call_id: `call_${at}` }));
      const tracks = items.map(eventsOf);
      const order = tracks.flatMap((events, index) => events.map(() => index));
      return fc.tuple(
        fc.constant(items),
        fc.shuffledSubarray(order, { minLength: order.length, maxLength: order.length }),
      );
    });
    fc.assert(
      fc.property(mixed, ([items, order]) => {
        const response = { id: "r", model: "m", status: "completed", output: items };
        const body = readMessage(response, CONTEXT);
        const reader = new ResponsesStreamReader(CONTEXT);
        const tracks = items.map(eventsOf);
        const added = items.map((each, output_index) => ({
          type: "response.output_item.added",
          output_index,
          item: { ...each, content: [], summary: [], arguments: "" },
        }));
        const told = [
          { type: "response.created", response: { id: "r", model: "m" } },
          ...added,
          ...order.map((index) => tracks[index]?.shift() ?? {}),
          { type: "response.completed", response },
        ];
        const events = told.flatMap((event) =>
          reader.push({ event: undefined, data: JSON.stringify(event) }),
        );
        assertOrder(events);
        assert.ok(body.ok);
        assert.deepEqual(collect(events), body.value);
      }),
      { numRuns: 500 },
    );
  });

  it("reads any body and any error without failing itself", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 400, max: 599 }), (value, status) => {
        const body: unknown = value;
        if (isObject(body)) readMessage(body, CONTEXT);
        const error = readError(status, [], Buffer.from(JSON.stringify(body)));
        assert.notEqual(error.message, "");
        assert.equal(error.status, status);
      }),
    );
  });

  it("writes each call with its output behind it, no id of its own, and no thought without a follower", () => {
    fc.assert(
      fc.property(fc.array(turn(), { maxLength: 8 }), fc.boolean(), (turns, isBare) => {
        const items = inputOf({ turns }, isBare);
        const answered = items.filter(({ type }) => type === "function_call_output");
        const called = items.filter(({ type }) => type === "function_call");
        const ids = called.map((item) => item["call_id"]);
        assert.deepEqual(
          answered.map((item) => item["call_id"]),
          ids,
        );
        assert.equal(new Set(ids).size, ids.length);
        for (const [index, item] of items.entries()) {
          assert.ok(!("id" in item));
          const next = items[index + 1]?.["type"];
          if (item["type"] === "reasoning")
            assert.match(String(next), /^(?:reasoning|message|function_call)$/);
          if (item["type"] === "function_call") {
            assert.match(String(next), isBare ? /^function_call(?:_output)?$/ : /./);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});

function inputOf(request: Partial<CanonicalRequest>, isBare: boolean): readonly JsonObject[] {
  const written = writeRequest(makeRequest(request), isBare ? BARE_TRAITS : TRAITS);
  assert.ok(written.ok);
  const { input } = written.value.body;
  assert.ok(Array.isArray(input));
  return input;
}

function turn(): fc.Arbitrary<Turn> {
  const id = fc.constantFrom("a", "b", "c", "", "a_2");
  const signature = JSON.stringify({ type: "reasoning", id: "rs_1", encrypted_content: "g" });
  const simple = fc.constantFrom<Block>(
    { type: "text", text: "x" },
    { type: "text", text: "" },
    { type: "thinking", text: "", signature },
    { type: "thinking", text: "x" },
    { type: "redacted_thinking", data: "x" },
    { type: "image", source: { kind: "url", url: "https://a" } },
    { type: "opaque", kind: "new_thing", raw: {} },
  );
  const block = fc.oneof(
    simple,
    id.map((each): Block => ({ type: "tool_use", id: each, name: "t", input: "" })),
    fc.tuple(id, fc.array(simple, { maxLength: 2 })).map(
      ([toolUseId, content]): Block => ({
        type: "tool_result",
        toolUseId,
        content,
        isError: false,
      }),
    ),
  );
  return fc.record({
    role: fc.constantFrom("user", "assistant", "system"),
    content: fc.array(block, { maxLength: 4 }),
  });
}

/** Items that a body and a stream can both tell. */
function anyItem(): fc.Arbitrary<JsonObject> {
  const word = fc.constantFrom("a", "bc", "d e", "é");
  const parts = fc.array(word, { maxLength: 3 });
  return fc.oneof(
    parts.map((texts) => ({
      type: "message",
      content: texts.map((text) => ({ type: "output_text", text })),
    })),
    fc.tuple(parts, fc.option(fc.constant("gAAA"))).map(([texts, encrypted_content]) => ({
      type: "reasoning",
      summary: texts.map((text) => ({ type: "summary_text", text })),
      encrypted_content,
    })),
    fc.constantFrom("", "{}", '{"a":[1]}').map((args) => ({
      type: "function_call",
      name: "t",
      arguments: args,
    })),
    fc.constant({ type: "web_search_call", id: "ws", action: { type: "search", query: "q" } }),
  );
}

/** The pieces of an item, each text in single characters, and its end. */
function eventsOf(told: JsonObject, output_index: number): JsonObject[] {
  const pieces = (type: string, text: unknown, more: JsonObject) =>
    (typeof text === "string" ? text.split("") : []).map((delta) => ({
      type,
      output_index,
      delta,
      ...more,
    }));
  const textsOf = (list: unknown) => (Array.isArray(list) ? list : []).map((part) => part.text);
  return [
    ...textsOf(told["content"]).flatMap((text, content_index) =>
      pieces("response.output_text.delta", text, { content_index }),
    ),
    ...textsOf(told["summary"]).flatMap((text, summary_index) =>
      pieces("response.reasoning_summary_text.delta", text, { summary_index }),
    ),
    ...pieces("response.function_call_arguments.delta", told["arguments"], {}),
    { type: "response.output_item.done", output_index, item: told },
  ];
}

/** Events of the known kinds with members of any kind, and now and then no event at all. */
function eventText(): fc.Arbitrary<string> {
  const type = fc.constantFrom(
    "response.created",
    "response.output_item.added",
    "response.output_item.done",
    "response.output_text.delta",
    "response.output_text.done",
    "response.content_part.done",
    "response.refusal.delta",
    "response.reasoning_summary_text.delta",
    "response.reasoning_text.done",
    "response.function_call_arguments.delta",
    "response.function_call_arguments.done",
    "response.new_thing",
    "response.completed",
    "response.incomplete",
    "response.failed",
    "error",
  );
  const kind = fc.constantFrom("message", "reasoning", "function_call", "web_search_call", "new");
  const some = fc.record(
    {
      type: kind,
      content: fc.jsonValue({ maxDepth: 2 }),
      summary: fc.jsonValue({ maxDepth: 2 }),
      call_id: fc.string(),
      name: fc.string(),
      arguments: fc.string(),
      encrypted_content: fc.string(),
    },
    { requiredKeys: ["type"] },
  );
  const event = fc.record(
    {
      type,
      output_index: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.jsonValue({ maxDepth: 0 })),
      content_index: fc.integer({ min: 0, max: 2 }),
      item: fc.oneof(some, fc.jsonValue({ maxDepth: 1 })),
      delta: fc.oneof(fc.string(), fc.jsonValue({ maxDepth: 0 })),
      text: fc.string(),
      arguments: fc.string(),
      part: fc.jsonValue({ maxDepth: 2 }),
      response: fc.oneof(
        fc.record({ status: fc.string(), output: fc.array(some), usage: fc.jsonValue() }),
        fc.jsonValue({ maxDepth: 2 }),
      ),
    },
    { requiredKeys: ["type"] },
  );
  return fc.oneof(
    { weight: 30, arbitrary: event.map((each) => JSON.stringify(each)) },
    { weight: 1, arbitrary: fc.string() },
  );
}
