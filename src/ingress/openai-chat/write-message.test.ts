import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Block, FunctionTool, Message, StopReason } from "../../canonical/index.ts";
import { FACTS, factsWith } from "./facts.fixture.ts";
import { openAiChatDialect } from "./index.ts";
import { LEGACY } from "./read-tools.ts";

const SIGNED: Block = { type: "thinking", text: "Hm.", signature: "spw1.a" };
const BARE: Block = { type: "thinking", text: "", signature: "spw1.b" };
const CALL: Block = { type: "tool_use", id: "call_1", name: "Read", input: '{"n": 1e3}' };
const OLDER: FunctionTool = {
  type: "function",
  name: "Read",
  schema: {},
  isDeferred: false,
  extra: { [LEGACY]: true },
};

function write(content: readonly Block[], more: Partial<Message> = {}, facts = FACTS) {
  const message: Message = { id: "c1", model: "served", content, stopReason: "end_turn", ...more };
  return JSON.parse(openAiChatDialect.canonical.writeMessage(message, facts));
}

function said(content: readonly Block[]) {
  return write(content).choices[0].message;
}

describe("writeMessage", () => {
  it("writes an answer as the API does, under the model that was asked for", () => {
    const usage = { input: 5, cacheRead: 100, cacheWrite5m: 20, output: 9, reasoning: 4 };
    assert.deepEqual(write([{ type: "text", text: "Hi" }], { usage }), {
      id: "c1",
      object: "chat.completion",
      created: Date.parse("2026-11-25T12:00:00Z") / 1_000,
      model: "asked-for",
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: "Hi", refusal: null },
          logprobs: null,
          finish_reason: "stop",
        },
      ],
      usage: {
        prompt_tokens: 125,
        completion_tokens: 9,
        total_tokens: 134,
        prompt_tokens_details: { cached_tokens: 100, cache_write_tokens: 20 },
        completion_tokens_details: { reasoning_tokens: 4 },
      },
    });
  });

  const REASONS: readonly (readonly [StopReason, string, string])[] = [
    ["end_turn", "stop", "tool_calls"],
    ["tool_use", "stop", "tool_calls"],
    ["stop_sequence", "stop", "tool_calls"],
    ["pause_turn", "stop", "tool_calls"],
    ["max_tokens", "length", "length"],
    ["model_context_window_exceeded", "length", "length"],
    ["refusal", "content_filter", "content_filter"],
  ];
  for (const [stopReason, alone, withCall] of REASONS) {
    it(`ends ${stopReason} with ${alone}, and with ${withCall} where there are calls`, () => {
      assert.equal(write([], { stopReason }).choices[0].finish_reason, alone);
      assert.equal(write([CALL], { stopReason }).choices[0].finish_reason, withCall);
    });
  }

  it("keeps the text of arguments, and gives a call without any an empty object", () => {
    const { content, tool_calls: calls } = said([CALL, { ...CALL, id: "call_2", input: "" }]);
    assert.equal(content, null);
    assert.deepEqual(calls, [
      { id: "call_1", type: "function", function: { name: "Read", arguments: '{"n": 1e3}' } },
      { id: "call_2", type: "function", function: { name: "Read", arguments: "{}" } },
    ]);
  });

  it("tells thinking as text and with its proof", () => {
    assert.deepEqual(said([SIGNED, { type: "redacted_thinking", data: "spw1.c" }, CALL]), {
      role: "assistant",
      content: null,
      refusal: null,
      reasoning_content: "Hm.",
      reasoning_details: [
        { type: "reasoning.text", text: "Hm.", index: 0, signature: "spw1.a" },
        { type: "reasoning.encrypted", data: "spw1.c", index: 1 },
      ],
      tool_calls: [
        { id: "call_1", type: "function", function: { name: "Read", arguments: '{"n": 1e3}' } },
      ],
    });
  });

  it("puts a proof without words on the call behind it", () => {
    const { reasoning_details: details, tool_calls: calls } = said([BARE, CALL, BARE]);
    assert.deepEqual(calls[0].extra_content, { google: { thought_signature: "spw1.b" } });
    assert.deepEqual(details, [
      { type: "reasoning.text", text: "", signature: "spw1.b", index: 0 },
    ]);
  });

  it("keeps texts apart that something stood between", () => {
    const text: Block = { type: "text", text: "a" };
    const message = said([text, text, SIGNED, text, SIGNED]);
    assert.equal(message.content, "aa\n\na");
    assert.equal(message.reasoning_content, "Hm.\n\nHm.");
  });

  it("says what it has no place for", () => {
    const search: Block = { type: "opaque", kind: "server_tool_use", raw: {} };
    assert.match(said([search]).content, /^\[left out: server_tool_use block/);
  });

  it("tells of a search what it found, or why it found nothing", () => {
    const call: Block = { type: "opaque", kind: "server_tool_use", raw: { name: "web_search" } };
    const found = (content: unknown): string => {
      const result: Block = { type: "opaque", kind: "web_search_tool_result", raw: { content } };
      return said([call, result, { type: "text", text: "Well." }]).content;
    };
    const pages = [{ url: "https://a.org/" }, { url: "https://b.org/" }];
    assert.equal(found(pages), "[web search: https://a.org/, https://b.org/]\n\nWell.");
    assert.equal(found([]), "[web search: nothing was found]\n\nWell.");
    assert.equal(found({ error_code: "unavailable" }), "[web search: unavailable]\n\nWell.");
  });

  it("answers functions that were declared in the older form in that form", () => {
    const facts = factsWith({ tools: [OLDER] });
    const [choice] = write([CALL, { ...CALL, id: "call_2" }], {}, facts).choices;
    assert.deepEqual(choice.message.function_call, { name: "Read", arguments: '{"n": 1e3}' });
    assert.equal(choice.message.tool_calls, undefined);
    assert.match(choice.message.content, /^\[left out: a call of Read/);
    assert.equal(choice.finish_reason, "function_call");
  });

  it("estimates what nobody counted", () => {
    const { usage } = write([{ type: "text", text: "x".repeat(400) }]);
    assert.equal(usage.prompt_tokens, 700);
    assert.ok(usage.completion_tokens >= 100);
  });

  it("makes an id where the upstream gave none", () => {
    assert.equal(write([], { id: "" }).id, `chatcmpl-${FACTS.requestId}`);
  });
});
