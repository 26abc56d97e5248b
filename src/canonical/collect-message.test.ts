import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type BlockDelta, collectMessage, type Message, messageEvents } from "./index.ts";

const MESSAGE: Message = {
  id: "msg_1",
  model: "a-model",
  content: [
    { type: "thinking", text: "Hm.", signature: "proof" },
    { type: "redacted_thinking", data: "sealed" },
    { type: "text", text: "Hello." },
    { type: "opaque", kind: "compaction", raw: { type: "compaction", content: "short" } },
    { type: "tool_use", id: "call_1", name: "look", input: '{"at":1}' },
  ],
  stopReason: "tool_use",
  stopSequence: undefined,
  usage: { input: 3, output: 4 },
};

describe("collecting a message", () => {
  it("gives the message back that its events tell", () => {
    assert.deepEqual(collectMessage(messageEvents(MESSAGE)), { ok: true, value: MESSAGE });
  });

  it("gives a call of the upstream's own tool the input that came in pieces", () => {
    const raw = { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: {} };
    const own = (json: string): BlockDelta => ({ type: "input", json });
    const asItCame = (partial_json: string): BlockDelta => ({
      type: "opaque",
      raw: { type: "input_json_delta", partial_json },
    });
    for (const piece of [own, asItCame]) {
      const collected = collectMessage([
        { type: "start", id: "1", model: "m" },
        { type: "block", block: { type: "opaque", kind: "server_tool_use", raw } },
        { type: "delta", delta: piece('{"query":') },
        { type: "delta", delta: piece('"news"}') },
        { type: "block_end" },
        { type: "end", stopReason: "end_turn" },
      ]);
      assert.ok(collected.ok);
      assert.deepEqual(collected.value.content, [
        { type: "opaque", kind: "server_tool_use", raw: { ...raw, input: { query: "news" } } },
      ]);
    }
  });

  it("is an error where the stream has no end", () => {
    assert.equal(collectMessage([{ type: "start", id: "1", model: "m" }]).ok, false);
  });
});
