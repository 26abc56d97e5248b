import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AnswerContext, Block, JsonObject, StopReason } from "../../../canonical/index.ts";
import { readMessage } from "./read-message.ts";

const CONTEXT: AnswerContext = {
  toolNames: new Map([["short_h1", "mcp__long"]]),
  callIds: new Set(["call_0"]),
};
const CALL = { type: "function_call", call_id: "c", name: "read", arguments: '{"a":1}' };
const REASONING = {
  type: "reasoning",
  id: "rs_1",
  summary: [
    { type: "summary_text", text: "a" },
    { type: "summary_text", text: "b" },
  ],
  encrypted_content: "gAAA",
};
const PLAIN = { type: "reasoning", summary: [], content: [{ type: "reasoning_text", text: "x" }] };
const SAID = { type: "message", content: [{ type: "output_text", text: "Hi", annotations: [] }] };
const REFUSED = { type: "message", content: [{ type: "refusal", refusal: "No." }] };

const ITEMS: readonly (readonly [string, JsonObject, readonly Block[]])[] = [
  ["a message", SAID, [{ type: "text", text: "Hi" }]],
  ["a message of plain text", { type: "message", content: "Hi" }, [{ type: "text", text: "Hi" }]],
  ["a message of nothing", { type: "message", content: [{ type: "output_text", text: "" }] }, []],
  ["a refusal", REFUSED, [{ type: "text", text: "No." }]],
  ["a call", CALL, [{ type: "tool_use", id: "c", name: "read", input: '{"a":1}' }]],
  ["a call without a name, which nobody could run", { ...CALL, name: "" }, []],
  [
    "a call without input, of a shortened name, whose id the conversation has",
    { type: "function_call", call_id: "call_0", name: "short_h1", arguments: "" },
    [{ type: "tool_use", id: "call_0_2", name: "mcp__long", input: "{}" }],
  ],
  [
    "a call whose input is no text",
    { ...CALL, arguments: { a: 1 } },
    [{ type: "tool_use", id: "c", name: "read", input: '{"a":1}' }],
  ],
  [
    "encrypted thinking",
    REASONING,
    [{ type: "thinking", text: "a\n\nb", signature: JSON.stringify(REASONING) }],
  ],
  ["open thinking", PLAIN, [{ type: "thinking", text: "x", signature: JSON.stringify(PLAIN) }]],
  [
    "thinking of which only a summary is left",
    { ...REASONING, encrypted_content: null },
    [{ type: "thinking", text: "a\n\nb" }],
  ],
  ["thinking of which nothing is left", { type: "reasoning", summary: [] }, []],
  [
    "what nobody asked for",
    { type: "image_generation_call", result: "AAAA" },
    [
      {
        type: "opaque",
        kind: "image_generation_call",
        raw: { type: "image_generation_call", result: "AAAA" },
      },
    ],
  ],
];

const LENGTH = { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } };
const FILTER = { status: "incomplete", incomplete_details: { reason: "content_filter" } };
const BROKEN = { ...CALL, arguments: '{"a' };
const STOPS: readonly (readonly [JsonObject, readonly JsonObject[], StopReason])[] = [
  [{ status: "completed" }, [SAID], "end_turn"],
  [{}, [], "end_turn"],
  [{ status: "completed" }, [SAID, CALL], "tool_use"],
  [{ status: "completed" }, [REFUSED], "refusal"],
  [LENGTH, [SAID], "max_tokens"],
  [LENGTH, [CALL], "tool_use"],
  [LENGTH, [BROKEN], "max_tokens"],
  [{ status: "incomplete" }, [], "max_tokens"],
  [FILTER, [SAID], "refusal"],
];

describe("readMessage", () => {
  for (const [name, item, blocks] of ITEMS) {
    it(`reads ${name}`, () => assert.deepEqual(read([item]).content, blocks));
  }

  for (const [state, items, stopReason] of STOPS) {
    const kinds = items.map((item) => String(item["type"])).join(", ");
    it(`says ${stopReason} for ${JSON.stringify(state)} with ${kinds || "nothing"}`, () => {
      assert.equal(read(items, state).stopReason, stopReason);
    });
  }

  it("reads a search as a call and what it found", () => {
    const action = { type: "search", query: "q", sources: [{ type: "url", url: "https://a" }, {}] };
    const item = { type: "web_search_call", id: "ws-1", action };
    assert.deepEqual(read([item]).content, [
      {
        type: "opaque",
        kind: "server_tool_use",
        raw: {
          type: "server_tool_use",
          id: "srvtoolu_ws_1",
          name: "web_search",
          input: { query: "q" },
        },
      },
      {
        type: "opaque",
        kind: "web_search_tool_result",
        raw: {
          type: "web_search_tool_result",
          tool_use_id: "srvtoolu_ws_1",
          content: [
            {
              type: "web_search_result",
              url: "https://a",
              title: "https://a",
              encrypted_content: "",
              page_age: null,
            },
          ],
        },
      },
    ]);
  });

  it("gives calls of one answer ids of their own, which every client can send back", () => {
    const calls = ["x", "x", "resp_1:call_0", ""].map((call_id) => ({ ...CALL, call_id }));
    const ids = read(calls).content.map((block) => (block.type === "tool_use" ? block.id : ""));
    assert.equal(new Set(ids).size, 4);
    for (const id of ids) assert.match(id, /^[a-zA-Z0-9_-]{1,64}$/);
  });

  it("fails with what failed", () => {
    const cases: readonly (readonly [JsonObject, string])[] = [
      [{ status: "failed", error: { code: "server_error", message: "oh" } }, "server"],
      [{ error: { code: "rate_limit_exceeded", message: "slow" } }, "rate_limit"],
      [{ status: "cancelled", output: [] }, "server"],
      [{ status: "queued", output: [] }, "server"],
      [{ object: "chat.completion" }, "server"],
    ];
    for (const [body, kind] of cases) {
      const message = readMessage(body, CONTEXT);
      assert.equal(message.ok ? "read" : message.error.kind, kind);
    }
  });

  it("counts what was cached apart from the input, and thinking within the output", () => {
    const usage = (told: unknown) => read([], { usage: told }).usage;
    const told = {
      input_tokens: 30,
      input_tokens_details: { cached_tokens: 4, cache_write_tokens: 6 },
      output_tokens: 5,
      output_tokens_details: { reasoning_tokens: 3 },
      total_tokens: 35,
    };
    const read1 = { input: 20, cacheRead: 4, cacheWrite5m: 6, output: 5, reasoning: 3 };
    assert.deepEqual(usage(told), read1);
    // A server that leaves thinking out of the output shows it in the total.
    assert.equal(usage({ ...told, total_tokens: 38 })?.output, 8);
    assert.deepEqual(usage({ input_tokens: 1, output_tokens: "?" }), {
      input: 1,
      cacheRead: undefined,
      cacheWrite5m: undefined,
      output: undefined,
      reasoning: undefined,
    });
    assert.equal(usage(null), undefined);
  });
});

function read(output: readonly JsonObject[], more: JsonObject = {}) {
  const message = readMessage({ id: "resp_1", model: "m", output, ...more }, CONTEXT);
  assert.ok(message.ok);
  return message.value;
}
