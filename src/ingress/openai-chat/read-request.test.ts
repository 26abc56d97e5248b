import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { JsonObject } from "../../canonical/index.ts";
import { readRequest } from "./read-request.ts";

const HELLO = { model: "m", messages: [{ role: "user", content: "Hello" }] };
const FUNCTION = { name: "f", description: "does", parameters: { type: "object" } };
const READ_FUNCTION = {
  type: "function",
  name: "f",
  description: "does",
  schema: { type: "object" },
  isDeferred: false,
};
const TOOLS = { tools: ["a", "b"].map((name) => ({ type: "function", function: { name } })) };

/** As JSON, for what was left out is undefined here. */
function read(more: JsonObject) {
  const result = readRequest({ ...HELLO, ...more });
  assert.ok(result.ok, result.ok ? "" : result.error.message);
  return JSON.parse(JSON.stringify(result.value));
}

describe("readRequest", () => {
  it("reads the least that there is", () => {
    assert.deepEqual(read({}), {
      dialect: "openai-chat",
      model: "m",
      system: [],
      turns: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
      tools: [],
      stream: false,
      stopSequences: [],
      extra: {},
    });
  });

  const MEMBERS: readonly (readonly [string, JsonObject, JsonObject])[] = [
    ["null as nothing", { tools: null, stop: null, n: null, seed: null, reasoning: null }, {}],
    [
      "limits and sampling",
      { max_tokens: 5, temperature: 0.5, top_p: 0.9, top_k: 3, stop: "a", stream: true, n: 1 },
      { maxTokens: 5, temperature: 0.5, topP: 0.9, topK: 3, stopSequences: ["a"], stream: true },
    ],
    ["the newer limit first", { max_tokens: 5, max_completion_tokens: 6 }, { maxTokens: 6 }],
    ["a list of stops", { stop: ["a", "b"] }, { stopSequences: ["a", "b"] }],
    [
      "what only this API has",
      { seed: 1, logprobs: true, presence_penalty: 1 },
      { extra: { seed: 1, logprobs: true, presence_penalty: 1 } },
    ],
    ["a stream's usage", { stream_options: { include_usage: true } }, { wantsStreamUsage: true }],
    [
      "other options of a stream",
      { stream_options: { include_usage: false, include_obfuscation: false } },
      {
        wantsStreamUsage: false,
        extra: { stream_options: { include_obfuscation: false } },
      },
    ],
    ["a user", { user: "u" }, { userId: "u" }],
    [
      "two names of a user",
      { user: "u", safety_identifier: "s" },
      { userId: "s", extra: { user: "u" } },
    ],
    ["an effort", { reasoning_effort: "xhigh" }, { effort: "xhigh" }],
    [
      "an effort that is new",
      { reasoning_effort: "ultra" },
      { extra: { reasoning_effort: "ultra" } },
    ],
    [
      "OpenRouter's effort",
      { reasoning: { effort: "low", exclude: true } },
      { effort: "low", extra: { reasoning: { exclude: true } } },
    ],
    [
      "OpenRouter's budget",
      { reasoning: { max_tokens: 9 } },
      { thinking: { mode: "budget", budgetTokens: 9 } },
    ],
    ["no reasoning", { reasoning: { enabled: false } }, { thinking: { mode: "off" } }],
    ["reasoning on", { reasoning: { enabled: true } }, { thinking: { mode: "adaptive" } }],
    ["DeepSeek's switch", { thinking: { type: "disabled" } }, { thinking: { mode: "off" } }],
    ["the plain format", { response_format: { type: "text" } }, {}],
    [
      "any JSON",
      { response_format: { type: "json_object" } },
      { extra: { response_format: { type: "json_object" } } },
    ],
    [
      "a schema",
      {
        response_format: {
          type: "json_schema",
          json_schema: { name: "n", strict: true, schema: { type: "object" } },
        },
      },
      { outputFormat: { name: "n", strict: true, schema: { type: "object" } } },
    ],
    [
      "a tool with what only its server knows",
      {
        tools: [
          {
            type: "function",
            function: { ...FUNCTION, strict: false, returns: 1 },
            cache_control: { type: "ephemeral", ttl: "1h" },
          },
        ],
      },
      {
        tools: [{ ...READ_FUNCTION, strict: false, cache: { ttl: "1h" }, extra: { returns: 1 } }],
      },
    ],
    [
      "a tool without parameters or type",
      { tools: [{ function: { name: "f" } }] },
      {
        tools: [
          {
            type: "function",
            name: "f",
            schema: { type: "object", properties: {} },
            isDeferred: false,
          },
        ],
      },
    ],
    [
      "a tool of the server",
      { tools: [{ type: "openrouter:web_search" }] },
      {
        tools: [
          {
            type: "server",
            kind: "openrouter:web_search",
            name: "openrouter:web_search",
            raw: { type: "openrouter:web_search" },
          },
        ],
      },
    ],
    [
      "functions of the older form",
      { functions: [FUNCTION], function_call: { name: "f" } },
      {
        tools: [{ ...READ_FUNCTION, extra: { functions: true } }],
        toolChoice: { type: "tool", name: "f" },
        parallelToolCalls: false,
      },
    ],
    ["one call at a time", { parallel_tool_calls: false }, { parallelToolCalls: false }],
  ];
  for (const [name, more, expected] of MEMBERS) {
    it(`reads ${name}`, () => assert.deepEqual(read(more), { ...read({}), ...expected }));
  }

  const allowed = (mode: string, ...names: readonly string[]) => ({
    type: "allowed_tools",
    allowed_tools: { mode, tools: names.map((name) => ({ type: "function", function: { name } })) },
  });
  const CHOICES: readonly (readonly [unknown, unknown, readonly string[]])[] = [
    ["auto", { type: "auto" }, ["a", "b"]],
    ["none", { type: "none" }, ["a", "b"]],
    ["required", { type: "any" }, ["a", "b"]],
    ["any", { type: "any" }, ["a", "b"]],
    [{ type: "function", function: { name: "b" } }, { type: "tool", name: "b" }, ["a", "b"]],
    [{ function: { name: "b" } }, { type: "tool", name: "b" }, ["a", "b"]],
    [allowed("auto", "b"), { type: "auto" }, ["b"]],
    [allowed("required", "a", "b"), { type: "any" }, ["a", "b"]],
    [allowed("required", "b"), { type: "tool", name: "b" }, ["b"]],
  ];
  for (const [choice, expected, left] of CHOICES) {
    it(`reads the choice ${JSON.stringify(choice)}`, () => {
      const { toolChoice, tools } = read({ ...TOOLS, tool_choice: choice });
      assert.deepEqual(toolChoice, expected);
      assert.deepEqual(
        tools.map(({ name }: { readonly name: string }) => name),
        left,
      );
    });
  }

  it("takes the model and the stream of the path", () => {
    const { messages } = HELLO;
    const result = readRequest({ messages }, { model: "p", stream: true });
    assert.ok(result.ok && result.value.model === "p" && result.value.stream);
  });

  const REFUSED: readonly (readonly [string, JsonObject, RegExp])[] = [
    ["no model", { model: 5 }, /^model: expected a string, found a number\. Name the model\./],
    ["no messages", { messages: [] }, /^messages: expected at least one message/],
    ["several answers", { n: 2 }, /^n: expected 1, found a number\./],
    ["a role that is none", { messages: [{ role: "secret" }] }, /^messages\[0\]\.role: expected/],
    ["a tool of free text", { tools: [{ type: "custom" }] }, /^tools\[0\]\.type: .*OpenAI alone/],
    ["a word that is no choice", { tool_choice: "secret" }, /^tool_choice: expected auto/],
    ["a choice that is new", { tool_choice: { type: "secret" } }, /^tool_choice\.type: expected/],
    ["a stop that is no text", { stop: [5] }, /^stop\[0\]: expected a string/],
    [
      "sound",
      { messages: [{ role: "user", content: [{ type: "input_audio", data: "secret" }] }] },
      /^messages\[0\]\.content\[0\]\.type: .*take no sound/,
    ],
    [
      "the id of a file",
      { messages: [{ role: "user", content: [{ type: "file", file: { file_id: "secret" } }] }] },
      /^messages\[0\]\.content\[0\]\.file\.file_data: .*means nothing to other providers/,
    ],
    [
      "a picture's path",
      {
        messages: [
          { role: "user", content: [{ type: "image_url", image_url: { url: "/secret" } }] },
        ],
      },
      /image_url\.url: expected a data: URL in base64/,
    ],
  ];
  for (const [name, more, expected] of REFUSED) {
    it(`refuses ${name} by the field, without its value`, () => {
      const result = readRequest({ ...HELLO, ...more });
      assert.ok(!result.ok);
      assert.equal(result.error.code, "invalid_body");
      assert.match(result.error.message, expected);
      assert.doesNotMatch(result.error.message, /secret/);
    });
  }

  it("survives any JSON, also where its own words stand", () => {
    const word = fc.constantFrom(
      "model",
      "messages",
      "role",
      "content",
      "type",
      "text",
      "tool_calls",
      "function",
      "id",
      "name",
      "arguments",
      "tools",
      "tool_choice",
      "functions",
      "user",
      "assistant",
      "tool",
      "system",
      "image_url",
      "url",
      "file",
      "file_data",
      "reasoning",
      "reasoning_details",
      "extra_content",
      "google",
      "thought_signature",
      "signature",
      "data:a/b;base64,",
      "n",
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 6 },
        word,
        fc.jsonValue(),
        fc.array(tie("tree")),
        fc.dictionary(word, tie("tree")),
      ),
    }));
    const message = fc.record({
      role: fc.constantFrom("system", "user", "assistant", "tool", "function"),
      content: tree,
      tool_calls: tree,
      reasoning_details: tree,
      extra_content: tree,
    });
    fc.assert(
      fc.property(fc.dictionary(word, tree), fc.array(message), (body, messages) => {
        readRequest(body);
        readRequest({ ...body, messages });
      }),
    );
  });
});
