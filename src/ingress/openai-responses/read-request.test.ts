import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CanonicalRequest, JsonObject } from "../../canonical/index.ts";
import { checkRead, read } from "./answer.fixture.ts";
import { readRequest } from "./read-request.ts";

const user = (text: string) => ({ role: "user", content: text });

interface Row {
  readonly name: string;
  readonly body: JsonObject;
  readonly expected: Partial<CanonicalRequest>;
}

const MEMBERS: readonly Row[] = [
  {
    name: "instructions in front of the leading messages",
    body: { instructions: "i", input: [{ role: "developer", content: "d" }, user("q")] },
    expected: {
      system: [
        { type: "text", text: "i" },
        { type: "text", text: "d" },
      ],
    },
  },
  {
    name: "what others call by other names",
    body: {
      stream: true,
      max_output_tokens: 9,
      parallel_tool_calls: false,
      temperature: 0.5,
      top_p: 0.4,
      prompt_cache_key: "s-1",
      reasoning: { effort: "high", summary: "auto" },
      include: ["reasoning.encrypted_content"],
      store: false,
      truncation: "disabled",
      user: null,
    },
    expected: {
      stream: true,
      maxTokens: 9,
      parallelToolCalls: false,
      temperature: 0.5,
      topP: 0.4,
      userId: '{"session_id":"s-1"}',
      effort: "high",
      thinking: { mode: "adaptive" },
      extra: {},
    },
  },
  {
    name: "an effort alone without asking to see thoughts",
    body: { reasoning: { effort: "low" } },
    expected: { effort: "low", extra: {} },
  },
  {
    name: "no effort as none",
    body: { reasoning: { effort: "none", summary: "detailed" } },
    expected: { effort: "none", extra: { reasoning: { summary: "detailed" } } },
  },
  {
    name: "what only this dialect knows, as it came",
    body: {
      metadata: { a: "b" },
      include: ["message.input_image.image_url"],
      text: { verbosity: "low", format: { type: "json_object" } },
      reasoning: { effort: "huge" },
      truncation: "auto",
      tools: [{ type: "web_search", external_web_access: true, search_context_size: "low" }],
    },
    expected: {
      extra: {
        metadata: { a: "b" },
        include: ["message.input_image.image_url"],
        text: { verbosity: "low", format: { type: "json_object" } },
        reasoning: { effort: "huge" },
        truncation: "auto",
        "tools[].web_search.search_context_size": "low",
      },
    },
  },
  {
    name: "the form of the answer",
    body: {
      text: {
        format: { type: "json_schema", name: "n", schema: { type: "object" }, strict: true },
      },
    },
    expected: { outputFormat: { name: "n", schema: { type: "object" }, strict: true }, extra: {} },
  },
];

describe("readRequest of Responses", () => {
  for (const { name, body, expected } of MEMBERS)
    it(`reads ${name}`, () => checkRead(body, expected));

  const REFUSED: readonly (readonly [JsonObject, RegExp])[] = [
    [{ model: undefined }, /^model: expected a string, found nothing/],
    [{ input: undefined }, /^input: expected a list, found nothing/],
    [{ input: [] }, /^input: expected at least one item/],
    [{ input: [{ role: "critic", content: "x" }] }, /^input\[0\]\.role: expected user/],
    [{ input: [{ type: "function_call", call_id: "c", name: "f" }] }, /^input\[0\]\.arguments/],
    [{ input: [{ type: "item_reference", id: "msg_1" }] }, /^input\[0\]\.id: .*nothing is stored/],
    [{ tools: [{ type: "function" }] }, /^tools\[0\]\.name: expected a string, found nothing/],
    [{ tool_choice: "any" }, /^tool_choice: expected auto, none or required/],
    [{ stream: "yes" }, /^stream: expected true or false, found a string/],
    [{ store: true }, /^store: expected false, .*send the whole conversation/],
    [{ background: true }, /^background: expected false/],
    [{ conversation: "conv_1" }, /^conversation: expected null/],
    [
      { previous_response_id: "resp_1" },
      /^previous_response_id: expected null, found a string. Previous response not found/,
    ],
  ];
  for (const [body, expected] of REFUSED) {
    it(`refuses ${Object.keys(body).join()} by saying ${expected.source.slice(1, 40)}`, () => {
      const result = readRequest({ model: "m", input: "Hi", ...body });
      assert.match(result.ok ? "" : result.error.message, expected);
    });
  }

  it("takes a request that leaves store out, and what SDKs write for nothing", () => {
    const request = read({ store: null, previous_response_id: null, metadata: null, tools: null });
    assert.deepEqual(request.extra, {});
  });
});
