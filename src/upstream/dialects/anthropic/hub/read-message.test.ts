import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { AnswerContext, JsonObject, StopReason } from "../../../../canonical/index.ts";
import { NO_CONTEXT, TRAITS } from "./hub.fixture.ts";
import { readMessage } from "./read-message.ts";

function read(content: unknown, more: JsonObject = {}, context: AnswerContext = NO_CONTEXT) {
  const body = { type: "message", id: "msg_1", model: "claude", content, ...more };
  const message = readMessage(body, TRAITS, context);
  assert.ok(message.ok);
  return JSON.parse(JSON.stringify(message.value));
}

describe("readMessage", () => {
  it("tells an error by what it holds, for some leave out its type", () => {
    const error = { type: "overloaded_error", message: "Busy." };
    for (const body of [{ type: "error", error }, { error }]) {
      const told = readMessage(body, TRAITS, NO_CONTEXT);
      assert.deepEqual(told.ok ? undefined : told.error, { kind: "overloaded", message: "Busy." });
    }
  });

  it("leaves out a call without a name, which nobody could run", () => {
    const nameless = { type: "tool_use", id: "t", input: {} };
    const message = read([{ type: "text", text: "a" }, nameless], { stop_reason: "tool_use" });
    assert.deepEqual(message.content, [{ type: "text", text: "a" }]);
    assert.equal(message.stopReason, "end_turn");
  });

  it("reads every kind of block, and keeps what it does not know", () => {
    const { content } = read([
      { type: "text", text: "a", citations: [1] },
      { type: "text", text: "b", citations: null },
      { type: "thinking", thinking: "", signature: "s" },
      { type: "redacted_thinking", data: "d" },
      { type: "tool_use", id: "t", name: "n", input: { a: 1 }, caller: { type: "direct" } },
      { type: "server_tool_use", id: "u" },
    ]);
    assert.deepEqual(content, [
      { type: "text", text: "a", extra: { citations: [1] } },
      { type: "text", text: "b" },
      { type: "thinking", text: "", signature: "s" },
      { type: "redacted_thinking", data: "d" },
      {
        type: "tool_use",
        id: "t",
        name: "n",
        input: '{"a":1}',
        extra: { caller: { type: "direct" } },
      },
      { type: "opaque", kind: "server_tool_use", raw: { type: "server_tool_use", id: "u" } },
    ]);
  });

  const text = { type: "text", text: "a" };
  const use = { type: "tool_use", id: "t", name: "n", input: {} };
  const REASONS: readonly (readonly [unknown, object, StopReason])[] = [
    ["end_turn", text, "end_turn"],
    ["end_turn", use, "tool_use"],
    ["tool_use", text, "end_turn"],
    ["max_tokens", use, "max_tokens"],
    ["refusal", text, "refusal"],
    ["new_reason", text, "end_turn"],
    [null, text, "end_turn"],
  ];
  for (const [said, block, expected] of REASONS) {
    it(`takes ${String(said)} with a block of type ${JSON.stringify(block)} for ${expected}`, () => {
      assert.equal(read([block], { stop_reason: said }).stopReason, expected);
    });
  }

  it("calls tools by the client's names, with ids that the conversation does not have", () => {
    const context = { toolNames: new Map([["n", "n.long"]]), callIds: new Set(["t"]) };
    const [first, second] = read([use, use], {}, context).content;
    assert.deepEqual([first.name, first.id], ["n.long", "t_2"]);
    assert.equal(second.id, "t_3");
  });

  it("fails for an error and for what is no message", () => {
    const error = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
    const failed = readMessage(error, TRAITS, NO_CONTEXT);
    assert.equal(failed.ok ? "" : failed.error.kind, "overloaded");
    for (const body of [{}, { content: "text" }, { content: [{}] }, { content: [null] }]) {
      assert.equal(readMessage(body, TRAITS, NO_CONTEXT).ok, false, JSON.stringify(body));
    }
  });

  it("survives any JSON", () => {
    const block = fc.dictionary(
      fc.constantFrom("type", "text", "input", "id", "name"),
      fc.oneof(fc.constantFrom("text", "tool_use", "thinking"), fc.jsonValue()),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(block), (body, content) => {
        readMessage({ ...body, content }, TRAITS, NO_CONTEXT);
      }),
    );
  });
});
