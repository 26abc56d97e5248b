import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Block, CanonicalRequest, FunctionTool } from "../../../../canonical/index.ts";
import { call, REQUEST, result, said, TRAITS, text } from "./hub.fixture.ts";
import type { AnthropicTraits } from "./traits.ts";
import { writeRequest } from "./write-request.ts";

const TOOL: FunctionTool = {
  type: "function",
  name: "look",
  schema: { type: "object" },
  isDeferred: false,
};
const HELLO = { role: "user", content: [{ type: "text", text: "Hello" }] };

function write(asked: Partial<CanonicalRequest>, traits: Partial<AnthropicTraits> = {}) {
  const written = writeRequest({ ...REQUEST, ...asked }, { ...TRAITS, ...traits });
  assert.ok(written.ok, written.ok ? "" : written.error.message);
  const { body, ...rest } = written.value;
  return { ...rest, body: JSON.parse(JSON.stringify(body)) };
}

const NO_INPUT = { type: "object", properties: {} } as const;
const CLOSED = {
  type: "object",
  properties: { a: { type: "string" } },
  required: ["a"],
  additionalProperties: false,
} as const;

function inWords(schema: object): string {
  return `Answer with JSON alone, no other text and no code fence. It must match this JSON Schema:\n${JSON.stringify(schema)}`;
}

describe("writeRequest toward Anthropic", () => {
  const LEAST = { model: "claude", max_tokens: 32_000, messages: [HELLO] };
  const ROWS: readonly {
    readonly name: string;
    readonly asked: Partial<CanonicalRequest>;
    readonly traits?: Partial<AnthropicTraits>;
    readonly body: object;
    readonly lossy?: readonly string[];
    readonly betas?: string;
  }[] = [
    { name: "the least that there is", asked: {}, body: {} },
    {
      name: "a limit above the model's own",
      asked: { maxTokens: 9_000 },
      traits: { maxOutputTokens: 8_000 },
      body: { max_tokens: 8_000 },
      lossy: ["maxTokens"],
    },
    {
      name: "blanks to stop at",
      asked: { stopSequences: ["\n\n", "END"] },
      body: { stop_sequences: ["END"] },
      lossy: ["stopSequences"],
    },
    {
      name: "blanks to stop at, which its own clients answer for",
      asked: { stopSequences: ["\n"], dialect: "anthropic" },
      body: { stop_sequences: ["\n"] },
    },
    {
      name: "tools and one call at a time",
      asked: { tools: [TOOL], parallelToolCalls: false },
      body: {
        tools: [{ name: "look", input_schema: NO_INPUT }],
        tool_choice: { type: "auto", disable_parallel_tool_use: true },
      },
    },
    { name: "no choice among no tools", asked: { toolChoice: { type: "any" } }, body: {} },
    {
      name: "a tool without parameters, strict and deferred",
      asked: { tools: [{ ...TOOL, schema: {}, strict: false, isDeferred: true }] },
      body: {
        tools: [{ name: "look", input_schema: NO_INPUT, defer_loading: true }],
      },
    },
    {
      name: "a tool whose schema the API refuses at the top",
      asked: { tools: [{ ...TOOL, schema: { oneOf: [CLOSED, { properties: { b: {} } }] } }] },
      body: {
        tools: [
          {
            name: "look",
            input_schema: { type: "object", properties: { ...CLOSED.properties, b: {} } },
          },
        ],
      },
      lossy: ["tools[].schema"],
    },
    {
      name: "strict tools, but those whose schema a model cannot be held to",
      asked: {
        tools: [
          { ...TOOL, schema: CLOSED, strict: true },
          { ...TOOL, schema: NO_INPUT, strict: true },
        ],
      },
      body: {
        tools: [
          { name: "look", input_schema: CLOSED, strict: true },
          { name: "look", input_schema: NO_INPUT },
        ],
      },
      lossy: ["tools[].strict"],
    },
    {
      name: "a search of another dialect beside a tool that nobody here has",
      asked: {
        tools: [
          { type: "server", kind: "web_search", name: "web_search", raw: { type: "web_search" } },
          { type: "server", kind: "local_shell", name: "local_shell", raw: {} },
        ],
      },
      body: { tools: [{ type: "web_search_20250305", name: "web_search" }] },
      lossy: ["tools[].local_shell"],
    },
    {
      name: "members of another dialect, but those that the answer is written by",
      asked: {
        extra: { seed: 1, stream_options: { include_usage: true } },
        temperature: 1.5,
        userId: "u",
      },
      body: { temperature: 1, metadata: { user_id: "u" } },
      lossy: ["temperature", "seed"],
    },
    {
      name: "sampling for a model that takes none",
      asked: { temperature: 0.2, topP: 0.5, topK: 4 },
      traits: { sampling: "none" },
      body: {},
      lossy: ["temperature", "topP", "topK"],
    },
    {
      name: "sampling for a model that takes one",
      asked: { temperature: 0.2, topP: 0.5 },
      traits: { sampling: "one" },
      body: { temperature: 0.2 },
      lossy: ["topP"],
    },
    {
      name: "an effort with its beta, and no temperature beside it",
      asked: { effort: "high", temperature: 0.3 },
      body: { thinking: { type: "adaptive" }, output_config: { effort: "high" } },
      lossy: ["temperature"],
      betas: "effort-2025-11-24",
    },
    {
      name: "a form of the answer",
      asked: { outputFormat: { name: "n", schema: CLOSED } },
      body: { output_config: { format: { type: "json_schema", schema: CLOSED } } },
    },
    {
      name: "a form of the answer that has room for anything, in words",
      asked: { outputFormat: { schema: NO_INPUT } },
      body: { system: [{ type: "text", text: inWords(NO_INPUT) }] },
      lossy: ["outputFormat"],
    },
    {
      name: "a form of the answer for a server that knows none, in words behind the others",
      asked: { system: [{ type: "text", text: "s" }], outputFormat: { schema: CLOSED } },
      traits: { takesSchemas: false },
      body: {
        system: [
          { type: "text", text: "s" },
          { type: "text", text: inWords(CLOSED) },
        ],
      },
      lossy: ["outputFormat"],
    },
    {
      name: "a system prompt, marked for an hour",
      asked: { system: [{ type: "text", text: "s", cache: { ttl: "1h" } }] },
      traits: { cachesByItself: true },
      body: {
        system: [{ type: "text", text: "s", cache_control: { type: "ephemeral", ttl: "1h" } }],
      },
      betas: "extended-cache-ttl-2025-04-11",
    },
    {
      name: "caching for a client whose dialect caches by itself",
      asked: {},
      traits: { cachesByItself: true },
      body: { cache_control: { type: "ephemeral" } },
    },
  ];
  for (const { name, asked, traits, body, lossy, betas } of ROWS) {
    it(`writes ${name}`, () => {
      const written = write(asked, traits);
      assert.equal(written.path, "/v1/messages");
      assert.deepEqual(written.body, { ...LEAST, ...body });
      assert.deepEqual(written.lossy, lossy ?? []);
      assert.deepEqual(written.headers, betas === undefined ? [] : ["anthropic-beta", betas]);
    });
  }

  const BLOCKS: readonly (readonly [string, Block, object])[] = [
    [
      "an image",
      { type: "image", source: { kind: "base64", mediaType: "image/png", data: "AA==" } },
      { type: "image", source: { type: "base64", media_type: "image/png", data: "AA==" } },
    ],
    [
      "a document",
      { type: "document", title: "t", source: { kind: "url", url: "https://a.example/b" } },
      { type: "document", title: "t", source: { type: "url", url: "https://a.example/b" } },
    ],
    [
      "a file of another API, by saying that it is missing",
      { type: "image", source: { kind: "other", raw: { file_id: "file-1" } } },
      {
        type: "text",
        text: "[image left out: it is kept where only its own API can read it]",
      },
    ],
    [
      "a block of its own that nobody else knows",
      { type: "opaque", kind: "search_result", raw: { type: "search_result", a: 1 } },
      { type: "search_result", a: 1 },
    ],
    [
      "the text of a block that only another API knows",
      { type: "opaque", kind: "input_audio", raw: { type: "input_audio", text: "Hm." } },
      { type: "text", text: "Hm." },
    ],
    [
      "a note where nothing of such a block can be said",
      { type: "opaque", kind: "input_audio", raw: { type: "input_audio", data: "AA==" } },
      { type: "text", text: "[input_audio left out: it cannot be said here]" },
    ],
  ];
  for (const [name, block, expected] of BLOCKS) {
    it(`writes ${name}`, () => {
      assert.deepEqual(write({ turns: [said("user", block)] }).body.messages[0].content, [
        expected,
      ]);
    });
  }

  it("sends a call's input as an object with its digits, and a broken one for the model to see", () => {
    const calls = [
      { ...call("a"), input: '{"id":12345678901234567890}' },
      { ...call("b"), input: '{"id' },
    ];
    const turns = [
      said("user", text("q")),
      said("assistant", ...calls),
      said("user", result("a"), { ...result("b"), isError: true }),
    ];
    const written = writeRequest({ ...REQUEST, turns }, TRAITS);
    assert.ok(written.ok);
    const json = JSON.stringify(written.value.body);
    assert.ok(json.includes('"input":{"id":12345678901234567890}'));
    assert.ok(json.includes('"input":{"invalid_json":"{\\"id"}'));
    assert.ok(json.includes('"is_error":true'));
  });

  it("shortens names that are too long, everywhere alike, and says how to read them back", () => {
    const name = `mcp.${"long".repeat(40)}`;
    const { body, context } = write({
      tools: [{ ...TOOL, name }],
      toolChoice: { type: "tool", name },
      turns: [
        said("user", text("q")),
        said("assistant", { ...call("a"), name }),
        said("user", result("a")),
      ],
    });
    const sent = body.tools[0].name;
    assert.match(sent, /^[a-zA-Z0-9_-]{1,128}$/);
    assert.equal(body.tool_choice.name, sent);
    assert.equal(body.messages[1].content[0].name, sent);
    assert.equal(context.toolNames.get(sent), name);
    assert.ok(context.callIds.has("a"));
  });

  it("gives a client of this dialect its own members back, whole or in part", () => {
    const { body, lossy } = write({
      dialect: "anthropic",
      thinking: { mode: "adaptive" },
      effort: "low",
      extra: { thinking: { display: "omitted" }, output_config: { task_budget: 1 }, speed: "fast" },
      turns: [{ ...said("user", text("q")), extra: { output_config: { effort: "low" } } }],
    });
    assert.deepEqual(body.thinking, { type: "adaptive", display: "omitted" });
    assert.deepEqual(body.output_config, { effort: "low", task_budget: 1 });
    assert.equal(body.speed, "fast");
    assert.deepEqual(body.messages[0].output_config, { effort: "low" });
    assert.deepEqual(lossy, []);
  });

  it("asks for the betas of what it says", () => {
    const { headers } = write({
      tools: [TOOL],
      thinking: { mode: "budget", budgetTokens: 2_000 },
      turns: [said("user", text("q")), said("system", text("s"))],
    });
    assert.deepEqual(headers, [
      "anthropic-beta",
      "mid-conversation-system-2026-04-07,interleaved-thinking-2025-05-14",
    ]);
  });

  const REFUSED: readonly (readonly [string, Partial<CanonicalRequest>, RegExp])[] = [
    ["no user's words", { turns: [said("user", text(" "))] }, /^messages: no user message/],
    [
      "only tools that it does not have",
      { tools: [{ type: "server", kind: "local_shell", name: "local_shell", raw: {} }] },
      /^tools: .* has no local_shell, and the request has no other tool/,
    ],
  ];
  for (const [name, asked, expected] of REFUSED) {
    it(`refuses a request with ${name}`, () => {
      const written = writeRequest({ ...REQUEST, ...asked }, TRAITS);
      assert.match(written.ok ? "" : written.error.message, expected);
    });
  }
});
