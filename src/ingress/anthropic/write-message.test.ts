import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Block, Message } from "../../canonical/index.ts";
import { writeMessage } from "./write-message.ts";

const OPTIONS = { model: "asked-for", estimatedInputTokens: 700 };

function write(content: readonly Block[], more: Partial<Message> = {}) {
  const message: Message = {
    id: "msg_1",
    model: "served",
    content,
    stopReason: "end_turn",
    ...more,
  };
  return JSON.parse(JSON.stringify(writeMessage(message, OPTIONS)));
}

describe("writeMessage", () => {
  it("writes an answer as the API gives it", () => {
    const usage = { input: 1, output: 2 };
    const written = write([{ type: "text", text: "Hi" }], { usage, stopSequence: "STOP" });
    assert.deepEqual(written, {
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: "asked-for",
      content: [{ type: "text", text: "Hi" }],
      stop_reason: "end_turn",
      stop_sequence: "STOP",
      usage: { input_tokens: 1, output_tokens: 2 },
    });
  });

  const BLOCKS: readonly (readonly [string, Block, object])[] = [
    [
      "citations",
      { type: "text", text: "a", extra: { citations: [1] } },
      { type: "text", text: "a", citations: [1] },
    ],
    [
      "thinking without a proof",
      { type: "thinking", text: "hm" },
      { type: "thinking", thinking: "hm", signature: "" },
    ],
    [
      "thinking that only its maker reads",
      { type: "redacted_thinking", data: "x" },
      { type: "redacted_thinking", data: "x" },
    ],
    [
      "a call",
      { type: "tool_use", id: "t", name: "n", input: '{"a":1}' },
      { type: "tool_use", id: "t", name: "n", input: { a: 1 } },
    ],
    [
      "a call without input",
      { type: "tool_use", id: "t", name: "n", input: "" },
      { type: "tool_use", id: "t", name: "n", input: {} },
    ],
    [
      "a block that nobody here knows",
      { type: "opaque", kind: "x", raw: { type: "x", y: 1 } },
      { type: "x", y: 1 },
    ],
    [
      "an image, for which there is no place",
      { type: "image", source: { kind: "url", url: "https://a.example/b" } },
      { type: "text", text: "[left out: image block that this API has no place for in an answer]" },
    ],
  ];
  for (const [name, block, expected] of BLOCKS) {
    it(`writes ${name}`, () => assert.deepEqual(write([block]).content, [expected]));
  }

  it("counts the searches that were run for the answer", () => {
    const usage = { input: 1, output: 2, webSearches: 3 };
    assert.deepEqual(write([], { usage }).usage.server_tool_use, { web_search_requests: 3 });
    assert.equal(write([], { usage: { input: 1 } }).usage.server_tool_use, undefined);
  });

  it("keeps the digits of long numbers", () => {
    const input = '{"id":12345678901234567890}';
    const message: Message = {
      id: "",
      model: "",
      content: [{ type: "tool_use", id: "t", name: "n", input }],
      stopReason: "tool_use",
    };
    assert.ok(JSON.stringify(writeMessage(message, OPTIONS)).includes(input));
  });

  it("never gives a client half a call to run", () => {
    const call: Block = { type: "tool_use", id: "t", name: "rm", input: '{"path":"/' };
    const written = write([call], { stopReason: "tool_use" });
    assert.equal(written.stop_reason, "max_tokens");
    assert.match(written.content[0].text, /a call of the tool rm/);
  });
});
