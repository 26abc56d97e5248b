import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Block, JsonObject, Message, StopReason } from "../../../canonical/index.ts";
import { NO_CONTEXT } from "./chunks.fixture.ts";
import { readMessage } from "./read-message.ts";
import { type ChatTraits, UNKNOWN_SERVER } from "./traits.ts";

const text = (said: string): Block => ({ type: "text", text: said });
const use = (id: string, name: string, input: string): Block => ({
  type: "tool_use",
  id,
  name,
  input,
});
const thinking = (said: string, signature?: string): Block => ({
  type: "thinking",
  text: said,
  signature,
});
const call = (id: string, name: string, args?: unknown): JsonObject => ({
  id,
  type: "function",
  function: { name, arguments: args },
});

type Row = readonly [
  name: string,
  message: JsonObject,
  finish: string | null,
  content: readonly Block[],
  stop: StopReason,
];

describe("readMessage", () => {
  const rows: readonly Row[] = [
    ["reads text", { content: "Hi" }, "stop", [text("Hi")], "end_turn"],
    [
      "reads an answer without content",
      { content: null, tool_calls: null },
      "stop",
      [],
      "end_turn",
    ],
    [
      "reads calls behind the text",
      {
        content: "Both.",
        tool_calls: [call("a", "Read", '{"x":12345678901234567890}'), call("b", "Bash", "{}")],
      },
      "tool_calls",
      [text("Both."), use("a", "Read", '{"x":12345678901234567890}'), use("b", "Bash", "{}")],
      "tool_use",
    ],
    [
      "takes a call that is forced for a call",
      { tool_calls: [call("a", "Read", "{}")] },
      "stop",
      [use("a", "Read", "{}")],
      "tool_use",
    ],
    [
      "takes no argument for an empty object",
      { tool_calls: [call("a", "Read"), call("b", "Read", ""), call("c", "Read", "null")] },
      "tool_calls",
      [use("a", "Read", "{}"), use("b", "Read", "{}"), use("c", "Read", "{}")],
      "tool_use",
    ],
    [
      "takes arguments that are an object",
      { tool_calls: [call("a", "Read", { x: 1 })] },
      "tool_calls",
      [use("a", "Read", '{"x":1}')],
      "tool_use",
    ],
    [
      "hands on arguments that are no object",
      { tool_calls: [call("a", "Read", "[1"), call("b", "Read", "[1]")] },
      "tool_calls",
      [use("a", "Read", '{"INVALID_JSON":"[1"}'), use("b", "Read", '{"INVALID_JSON":"[1]"}')],
      "tool_use",
    ],
    [
      "leaves a cut call out and says so",
      { tool_calls: [call("a", "Read", "{}"), call("b", "Write", '{"x":"a')] },
      "length",
      [text("[A call of Write is left out: the token limit cut it off.]"), use("a", "Read", "{}")],
      "max_tokens",
    ],
    [
      "makes ids that are missing",
      { tool_calls: [call("", "Read", "{}"), call("", "Bash", "{}")] },
      "tool_calls",
      [use("call_c1_1", "Read", "{}"), use("call_c1_2", "Bash", "{}")],
      "tool_use",
    ],
    [
      "reads the older function_call",
      { content: null, function_call: { name: "Read", arguments: "{}" } },
      "function_call",
      [use("call_c1_1", "Read", "{}")],
      "tool_use",
    ],
    ["reads a refusal", { content: null, refusal: "No." }, "stop", [text("No.")], "refusal"],
    ["reads filtered content", { content: "Hi" }, "content_filter", [text("Hi")], "refusal"],
    ["reads the limit", { content: "Hi" }, "length", [text("Hi")], "max_tokens"],
    [
      "reads reasoning",
      { content: "Hi", reasoning_content: "hm" },
      "stop",
      [thinking("hm"), text("Hi")],
      "end_turn",
    ],
    [
      "reads reasoning in tags",
      { content: "\n<think>hm</think>\n\nHi <think>" },
      "stop",
      [thinking("hm"), text("Hi <think>")],
      "end_turn",
    ],
    [
      "reads reasoning in parts",
      {
        content: [
          { type: "thinking", thinking: [{ type: "text", text: "hm" }] },
          { type: "text", text: "Hi" },
        ],
      },
      "stop",
      [thinking("hm"), text("Hi")],
      "end_turn",
    ],
    ["takes no reason for the end", { content: "Hi" }, null, [text("Hi")], "end_turn"],
  ];
  for (const [name, message, finish, content, stopReason] of rows) {
    it(name, () => {
      const read = readAnswer({ choices: [{ message, finish_reason: finish }] });
      assert.deepEqual(read, { id: "c1", model: "m1", content, stopReason, usage: undefined });
    });
  }

  it("signs reasoning with its details where they have to come back", () => {
    const details = [
      { type: "reasoning.summary", summary: "hm", id: "r" },
      { type: "reasoning.encrypted", data: "x", id: "r" },
    ];
    const body = {
      choices: [{ message: { content: "Hi", reasoning: "hm", reasoning_details: details } }],
    };
    const signed = readAnswer(body, { echo: { form: "details" } });
    assert.deepEqual(signed.content, [thinking("hm", JSON.stringify(details)), text("Hi")]);
    assert.deepEqual(readAnswer(body).content, [thinking("hm"), text("Hi")]);
  });

  it("tells which stop sequence it was, where a server does", () => {
    const { stopReason, stopSequence } = readAnswer({
      choices: [{ message: { content: "Hi" }, finish_reason: "stop", stop_reason: "###" }],
    });
    assert.deepEqual(
      { stopReason, stopSequence },
      { stopReason: "stop_sequence", stopSequence: "###" },
    );
  });

  const failures: readonly (readonly [string, JsonObject, string])[] = [
    ["without a choice", { choices: [] }, "server"],
    [
      "with an error",
      { error: { code: "content_filter", status: 400, message: "no" } },
      "invalid_request",
    ],
    [
      "with an error in a choice",
      { choices: [{ error: { code: 429, message: "slow" }, message: {} }] },
      "rate_limit",
    ],
    [
      "that failed",
      { choices: [{ message: { content: "Hi" }, finish_reason: "error" }] },
      "server",
    ],
    [
      "that ran out of machines",
      { choices: [{ message: {}, finish_reason: "insufficient_system_resource" }] },
      "overloaded",
    ],
  ];
  for (const [name, body, kind] of failures) {
    it(`takes an answer ${name} for a failure`, () => {
      const read = readMessage(body, UNKNOWN_SERVER, NO_CONTEXT);
      assert.equal(read.ok ? undefined : read.error.kind, kind);
    });
  }
});

function readAnswer(body: JsonObject, traits: Partial<ChatTraits> = {}): Message {
  const read = readMessage(
    { id: "c1", model: "m1", ...body },
    { ...UNKNOWN_SERVER, ...traits },
    NO_CONTEXT,
  );
  assert.ok(read.ok, JSON.stringify(read));
  return read.value;
}
