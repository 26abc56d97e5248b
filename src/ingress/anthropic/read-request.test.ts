import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isObject } from "../../base/json.ts";
import { type JsonObject, parseExact } from "../../canonical/index.ts";
import { readRequest } from "./read-request.ts";

const HELLO = { model: "m", messages: [{ role: "user", content: "Hello" }] };

/** As JSON, for what was left out is undefined here. */
function read(more: JsonObject) {
  const result = readRequest({ ...HELLO, ...more });
  assert.ok(result.ok, result.ok ? "" : result.error.message);
  return JSON.parse(JSON.stringify(result.value));
}

function readBlock(block: JsonObject) {
  return read({ messages: [{ role: "user", content: [block] }] }).turns[0].content[0];
}

describe("readRequest", () => {
  it("reads the least that there is", () => {
    assert.deepEqual(read({}), {
      dialect: "anthropic",
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
    ["a system string", { system: "s" }, { system: [{ type: "text", text: "s" }] }],
    [
      "system blocks with their marks",
      { system: [{ type: "text", text: "s", cache_control: { type: "ephemeral", ttl: "1h" } }] },
      { system: [{ type: "text", text: "s", cache: { ttl: "1h" } }] },
    ],
    ["null as nothing", { system: null, temperature: null, tools: null, thinking: null }, {}],
    [
      "limits and sampling",
      {
        max_tokens: 5,
        temperature: 0.5,
        top_p: 0.9,
        top_k: 3,
        stop_sequences: ["a"],
        stream: true,
      },
      { maxTokens: 5, temperature: 0.5, topP: 0.9, topK: 3, stopSequences: ["a"], stream: true },
    ],
    [
      "one tool at a time",
      { tool_choice: { type: "tool", name: "t", disable_parallel_tool_use: true } },
      { toolChoice: { type: "tool", name: "t" }, parallelToolCalls: false },
    ],
    [
      "a thinking budget",
      { thinking: { type: "enabled", budget_tokens: 9, display: "omitted" } },
      {
        thinking: { mode: "budget", budgetTokens: 9 },
        extra: { thinking: { display: "omitted" } },
      },
    ],
    ["adaptive thinking", { thinking: { type: "adaptive" } }, { thinking: { mode: "adaptive" } }],
    ["no thinking", { thinking: { type: "disabled" } }, { thinking: { mode: "off" } }],
    [
      "a way of thinking that is new",
      { thinking: { type: "deep", depth: 2 } },
      { extra: { thinking: { type: "deep", depth: 2 } } },
    ],
    [
      "effort, format and what is beside them",
      {
        output_config: {
          effort: "xhigh",
          format: { type: "json_schema", schema: { type: "object" } },
          task_budget: 1,
        },
      },
      {
        effort: "xhigh",
        outputFormat: { schema: { type: "object" } },
        extra: { output_config: { task_budget: 1 } },
      },
    ],
    [
      "an effort that is new",
      { output_config: { effort: "colossal" } },
      { extra: { output_config: { effort: "colossal" } } },
    ],
    [
      "the older place of the format",
      { output_format: { type: "json_schema", schema: {} } },
      { outputFormat: { schema: {} } },
    ],
    [
      "who asks",
      { metadata: { user_id: "u", team: "t" } },
      { userId: "u", extra: { metadata: { team: "t" } } },
    ],
    ["members that are new", { safeguards: [1] }, { extra: { safeguards: [1] } }],
  ];
  for (const [name, body, expected] of MEMBERS) {
    it(`reads ${name}`, () => assert.deepEqual(read(body), { ...read({}), ...expected }));
  }

  it("keeps system turns where they are, with what is said of them", () => {
    const messages = [
      { role: "user", content: "a" },
      { role: "system", content: "b", output_config: { effort: "low" } },
    ];
    assert.deepEqual(read({ messages }).turns[1], {
      role: "system",
      content: [{ type: "text", text: "b" }],
      extra: { output_config: { effort: "low" } },
    });
  });

  it("tells functions from server tools, also of versions that are new", () => {
    const search = { type: "web_search_20991231", name: "web_search", max_uses: 3 };
    const toolset = { type: "mcp_toolset", mcp_server_name: "s" };
    const { tools } = read({
      tools: [
        { name: "f", input_schema: { type: "object" }, strict: true, defer_loading: true, new: 1 },
        search,
        toolset,
      ],
    });
    assert.deepEqual(tools, [
      {
        type: "function",
        name: "f",
        schema: { type: "object" },
        strict: true,
        isDeferred: true,
        extra: { new: 1 },
      },
      { type: "server", kind: search.type, name: "web_search", raw: search },
      { type: "server", kind: "mcp_toolset", name: "mcp_toolset", raw: toolset },
    ]);
  });

  const BLOCKS: readonly (readonly [JsonObject, JsonObject])[] = [
    [
      { type: "thinking", thinking: "", signature: "s" },
      { type: "thinking", text: "", signature: "s" },
    ],
    [
      { type: "image", source: { type: "base64", media_type: "image/png", data: "AA==" } },
      { type: "image", source: { kind: "base64", mediaType: "image/png", data: "AA==" } },
    ],
    [
      { type: "image", source: { type: "file", file_id: "f" } },
      { type: "image", source: { kind: "other", raw: { type: "file", file_id: "f" } } },
    ],
    [
      {
        type: "document",
        title: "t",
        context: "c",
        source: { type: "text", media_type: "text/plain", data: "x" },
      },
      {
        type: "document",
        title: "t",
        extra: { context: "c" },
        source: { kind: "text", text: "x" },
      },
    ],
    [
      { type: "tool_use", id: "i", name: "n", input: { a: [1] }, caller: { type: "direct" } },
      {
        type: "tool_use",
        id: "i",
        name: "n",
        input: '{"a":[1]}',
        extra: { caller: { type: "direct" } },
      },
    ],
    [
      { type: "tool_result", tool_use_id: "i", content: "out", is_error: true },
      {
        type: "tool_result",
        toolUseId: "i",
        content: [{ type: "text", text: "out" }],
        isError: true,
      },
    ],
    [
      { type: "tool_result", tool_use_id: "i", cache_control: { type: "ephemeral", ttl: "24h" } },
      {
        type: "tool_result",
        toolUseId: "i",
        content: [],
        isError: false,
        cache: { ttl: "1h", extra: { ttl: "24h" } },
      },
    ],
    [
      { type: "server_tool_use", id: "s" },
      { type: "opaque", kind: "server_tool_use", raw: { type: "server_tool_use", id: "s" } },
    ],
  ];
  for (const [block, expected] of BLOCKS) {
    it(`reads a block of type ${String(block["type"])} (${Object.keys(block).join(", ")})`, () => {
      assert.deepEqual(readBlock(block), expected);
    });
  }

  it("keeps the digits of long numbers in a tool's input", () => {
    const body = parseExact(
      '{"model":"m","messages":[{"role":"assistant","content":[{"type":"tool_use","id":"i","name":"n","input":{"id":12345678901234567890}}]}]}',
      { maxBytes: 1_000 },
    );
    assert.ok(isObject(body));
    assert.ok(JSON.stringify(readRequest(body)).includes("12345678901234567890"));
  });

  const SECRET = "sk-ant-secret";
  const REFUSED: readonly (readonly [string, JsonObject, RegExp])[] = [
    ["no model", { model: undefined }, /^model: expected a string, found nothing\. Name the model/],
    ["messages as text", { messages: SECRET }, /^messages: expected a list, found a string\. /],
    ["no message", { messages: [] }, /^messages: expected at least one message, found a list\. /],
    [
      "a role that nobody has",
      { messages: [{ role: SECRET, content: "" }] },
      /^messages\[0\]\.role: expected user, assistant or system, found a string\. /,
    ],
    [
      "content of nothing",
      { messages: [{ role: "user" }] },
      /^messages\[0\]\.content: expected a list, found nothing\. Send a string or a list/,
    ],
    [
      "a block without a type",
      { messages: [{ role: "user", content: [{ text: SECRET }] }] },
      /^messages\[0\]\.content\[0\]\.type: expected a string, found nothing/,
    ],
    [
      "a result of nothing",
      { messages: [{ role: "user", content: [{ type: "tool_result", tool_use_id: 7 }] }] },
      /^messages\[0\]\.content\[0\]\.tool_use_id: expected a string, found a number/,
    ],
    [
      "input as text",
      {
        messages: [
          {
            role: "assistant",
            content: [{ type: "tool_use", id: "a", name: "b", input: SECRET }],
          },
        ],
      },
      /\.input: expected an object, found a string\. Send the tool's input as a JSON object/,
    ],
    ["a tool without a schema", { tools: [{ name: "a" }] }, /^tools\[0\]\.input_schema: expected/],
    ["a choice of nothing", { tool_choice: { type: SECRET } }, /^tool_choice\.type: expected auto/],
    ["max_tokens as text", { max_tokens: "12" }, /^max_tokens: expected a number, found a string/],
    ["an image as system", { system: [{ type: "image" }] }, /^system\[0\]\.type: expected text/],
    ["metadata as text", { metadata: SECRET }, /^metadata: expected an object/],
  ];
  for (const [name, body, expected] of REFUSED) {
    it(`refuses ${name} without repeating what came`, () => {
      const result = readRequest({ ...HELLO, ...body });
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
      "tool_use",
      "tool_result",
      "input",
      "source",
      "base64",
      "system",
      "tools",
      "thinking",
      "enabled",
      "output_config",
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
    fc.assert(
      fc.property(fc.dictionary(word, tree), (body) => {
        readRequest(body);
      }),
    );
  });

  it("survives input that is nested beyond all reason", () => {
    const depth = 200_000;
    const input: unknown = JSON.parse(`${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`);
    const call = { type: "tool_use", id: "a", name: "b", input };
    const result = readRequest({ ...HELLO, messages: [{ role: "user", content: [call] }] });
    assert.match(result.ok ? "" : result.error.message, /nested too deep/);
    let nested: JsonObject = { type: "tool_result", tool_use_id: "a" };
    for (let i = 0; i < depth; i += 1) {
      nested = { type: "tool_result", tool_use_id: "a", content: [nested] };
    }
    assert.ok(readRequest({ ...HELLO, messages: [{ role: "user", content: [nested] }] }).ok);
  });

  it("refuses a conversation that a server holds, begun or continued", () => {
    for (const thread of [{ type: "create" }, { type: "continue", previous_message_id: "msg_1" }]) {
      const result = readRequest({ ...HELLO, thread });
      assert.equal(result.ok ? "" : result.error.code, "thread_not_supported");
    }
    assert.deepEqual(read({ thread: null }).extra, {});
  });
});
