import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isObject } from "../../base/json.ts";
import type { JsonObject } from "../../canonical/index.ts";
import { streamEvents } from "../anthropic/stream-events.fixture.ts";
import { eventsOf, factsOf } from "./answer.fixture.ts";
import { unwrapFreeform, wrapFreeform } from "./freeform.ts";
import { readRequest } from "./read-request.ts";

const KINDS = [
  "message",
  "reasoning",
  "function_call",
  "function_call_output",
  "custom_tool_call",
  "custom_tool_call_output",
  "local_shell_call",
  "shell_call_output",
  "tool_search_output",
  "web_search_call",
  "item_reference",
];
const MEMBERS = [
  "role",
  "content",
  "call_id",
  "name",
  "arguments",
  "input",
  "output",
  "tools",
  "action",
];
const item = fc
  .tuple(fc.constantFrom(...KINDS), fc.dictionary(fc.constantFrom(...MEMBERS), fc.jsonValue()))
  .map(([type, members]) => ({ type, ...members }));
const tool = fc
  .tuple(
    fc.constantFrom("function", "custom", "namespace", "shell", "web_search", "mcp"),
    fc.dictionary(
      fc.constantFrom("name", "parameters", "tools", "format", "filters"),
      fc.jsonValue(),
    ),
  )
  .map(([type, members]) => ({ type, ...members }));
const body: fc.Arbitrary<JsonObject> = fc.record(
  {
    model: fc.constant("m"),
    input: fc.oneof(fc.string(), fc.array(item, { minLength: 1 }), fc.jsonValue()),
    tools: fc.oneof(fc.array(tool), fc.jsonValue()),
    tool_choice: fc.oneof(fc.constantFrom("auto", "none", "required"), tool, fc.jsonValue()),
    reasoning: fc.jsonValue(),
    text: fc.jsonValue(),
    include: fc.jsonValue(),
    store: fc.jsonValue(),
  },
  { requiredKeys: ["model", "input"] },
);

describe("any body", () => {
  it("is read, or refused with the place of what is wrong", () => {
    fc.assert(
      fc.property(body, (value) => {
        const result = readRequest(value);
        if (!result.ok) assert.match(result.error.message, /^[a-z_]+[\w.[\]]*: expected /);
        else assert.ok(result.value.turns.every(({ content }) => content.length > 0));
      }),
      { numRuns: 500 },
    );
  });

  it("has no two turns of one side in a row, and results in front", () => {
    const role = fc.constantFrom("user", "assistant", "developer");
    const message = role.map((who) => ({ role: who, content: "x" }));
    const output = fc.constant({ type: "function_call_output", call_id: "c", output: "o" });
    fc.assert(
      fc.property(fc.array(fc.oneof(message, output), { minLength: 1 }), (input) => {
        const result = readRequest({ model: "m", input });
        assert.ok(result.ok);
        const { turns } = result.value;
        for (const [i, turn] of turns.entries()) {
          if (turn.role !== "system") assert.notEqual(turn.role, turns[i - 1]?.role);
          const isResult = turn.content.map(({ type }) => type === "tool_result");
          assert.ok(isResult.lastIndexOf(true) < isResult.length);
          assert.ok(
            !isResult.includes(false) || !isResult.slice(isResult.indexOf(false)).includes(true),
          );
        }
      }),
    );
  });
});

describe("any stream", () => {
  it("is written in order, each item from its beginning to its end, and whole at the end", () => {
    fc.assert(
      fc.property(streamEvents, (given) => {
        const events = eventsOf(given, factsOf());
        assert.deepEqual(
          events.map(({ sequence_number: number }) => number),
          events.map((_, index) => index),
        );
        assertItems(events);
        const last = events.at(-1);
        assert.ok(isObject(last?.["response"]));
        const isBroken = given.at(-1)?.type === "error";
        assert.equal(last["type"] === "response.failed", isBroken);
        const done = events.filter(({ type }) => type === "response.output_item.done");
        assert.deepEqual(
          last["response"]["output"],
          done.map((event) => event["item"]),
        );
      }),
    );
  });
});

function assertItems(events: readonly JsonObject[]): void {
  let open: unknown;
  let index = 0;
  for (const event of events) {
    const type = String(event["type"]);
    if (type === "response.output_item.added") {
      assert.equal(open, undefined, "an item opens within another");
      assert.equal(event["output_index"], index);
      open = event["item"];
    } else if (type === "response.output_item.done") {
      assert.ok(isObject(open) && isObject(event["item"]));
      assert.equal(event["item"]["id"], open["id"]);
      assert.equal(event["item"]["type"], open["type"]);
      open = undefined;
      index += 1;
    } else if (event["output_index"] !== undefined) {
      assert.ok(isObject(open), type);
      assert.equal(event["item_id"], open["id"]);
      assert.equal(event["output_index"], index);
    }
  }
}

describe("freeform text", () => {
  it("is the same when it is wrapped and unwrapped", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        assert.equal(unwrapFreeform(wrapFreeform(text)), text);
      }),
    );
  });

  for (const [input, text] of [
    ["*** Begin Patch", "*** Begin Patch"],
    ['{"patch":"x"}', "x"],
    ["{}", ""],
    ['{"a":1,"b":2}', '{"a":1,"b":2}'],
    ['{"input":"x","b":2}', "x"],
  ] as const) {
    it(`is ${JSON.stringify(text)} in ${input}`, () => assert.equal(unwrapFreeform(input), text));
  }
});
