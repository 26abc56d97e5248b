import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type AnswerContext,
  type Block,
  collectMessage,
  type Message,
  type StreamEvent,
} from "../../../canonical/index.ts";
import { geminiDialect, traitsOf } from "./index.ts";

const NO_CONTEXT: AnswerContext = { toolNames: new Map(), callIds: new Set() };
const TRAITS = traitsOf("gemini-3-pro-preview", "ai-studio");

interface Chunk {
  readonly parts?: readonly unknown[];
  readonly finish?: unknown;
  readonly usage?: unknown;
  readonly more?: object;
}

function chunk({ parts, finish, usage, more }: Chunk): string {
  return JSON.stringify({
    candidates: [{ content: { role: "model", parts }, finishReason: finish, index: 0, ...more }],
    usageMetadata: usage,
    modelVersion: "gemini-3",
    responseId: "r1",
  });
}

function events(datas: readonly string[], context = NO_CONTEXT): readonly StreamEvent[] {
  const reader = geminiDialect.openStream(TRAITS, context);
  return [...datas.flatMap((data) => reader.push({ event: undefined, data })), ...reader.end()];
}

function read(chunks: readonly Chunk[], context = NO_CONTEXT): Message {
  const message = collectMessage(events(chunks.map(chunk), context));
  assert.ok(message.ok, JSON.stringify(message));
  return message.value;
}

function problem(datas: readonly string[]): string | undefined {
  const last = events(datas).at(-1);
  return last?.type === "error" ? `${last.error.kind}: ${last.error.message}` : undefined;
}

const text = (words: string): Block => ({ type: "text", text: words });
const thinking = (words: string, signature?: string): Block => ({
  type: "thinking",
  text: words,
  signature,
});
const call = (name: string, more: object = {}) => ({
  functionCall: { name, id: name, args: { a: 1 } },
  ...more,
});
const used = (name: string, input = '{"a":1}'): Block => ({
  type: "tool_use",
  id: name,
  name,
  input,
});
const STOP: Chunk = { parts: [], finish: "STOP" };

const CONTENT: readonly (readonly [
  string,
  readonly Chunk[],
  readonly Block[],
  Message["stopReason"],
])[] = [
  [
    "text in pieces, some empty",
    [{ parts: [{ text: "a" }, { text: "" }] }, { parts: [{ text: "b" }], finish: "STOP" }],
    [text("ab")],
    "end_turn",
  ],
  [
    "thoughts before text",
    [
      { parts: [{ text: "h", thought: true }] },
      { parts: [{ text: "m", thought: true }, { text: "a" }] },
      STOP,
    ],
    [thinking("hm"), text("a")],
    "end_turn",
  ],
  [
    "a call whose signature goes onto the thoughts before it",
    [
      { parts: [{ text: "hm", thought: true }, call("x", { thoughtSignature: "s" }), call("y")] },
      STOP,
    ],
    [thinking("hm", "s"), used("x"), used("y")],
    "tool_use",
  ],
  [
    "a call whose signature gets a block of its own",
    [{ parts: [call("x", { thoughtSignature: "s" })], finish: "STOP" }],
    [thinking("", "s"), used("x")],
    "tool_use",
  ],
  [
    "a signature that comes late, on an empty text",
    [{ parts: [{ text: "a" }] }, { parts: [{ text: "", thoughtSignature: "s" }], finish: "STOP" }],
    [text("a"), thinking("", "s")],
    "end_turn",
  ],
  [
    "a signature within a text that goes on",
    [
      { parts: [{ text: "a" }] },
      { parts: [{ text: "b", thoughtSignature: "s" }] },
      { parts: [{ text: "c" }], finish: "STOP" },
    ],
    [text("abc"), thinking("", "s")],
    "end_turn",
  ],
  [
    "a signature on a text's first piece",
    [{ parts: [{ text: "a", thoughtSignature: "s" }] }, { parts: [{ text: "b" }], finish: "STOP" }],
    [thinking("", "s"), text("ab")],
    "end_turn",
  ],
  [
    "arguments in pieces",
    [
      {
        parts: [
          { functionCall: { name: "x", id: "x", willContinue: true }, thoughtSignature: "s" },
        ],
      },
      {
        parts: [
          {
            functionCall: {
              partialArgs: [{ jsonPath: "$.p", stringValue: "a", willContinue: true }],
              willContinue: true,
            },
          },
        ],
      },
      {
        parts: [
          {
            functionCall: {
              partialArgs: [{ jsonPath: "$.p", stringValue: "b" }],
              willContinue: true,
            },
          },
        ],
      },
      { parts: [{ functionCall: {} }] },
      { parts: [{ functionCall: { name: "y", id: "y" } }], finish: "STOP" },
    ],
    [thinking("", "s"), used("x", '{"p":"ab"}'), used("y", "{}")],
    "tool_use",
  ],
  [
    "a call that the limit cut: it cannot be run",
    [
      { parts: [{ functionCall: { name: "x", willContinue: true } }] },
      { parts: [], finish: "MAX_TOKENS" },
    ],
    [],
    "max_tokens",
  ],
  [
    "a call that only the end of the answer ends",
    [{ parts: [{ functionCall: { name: "x", id: "x", willContinue: true } }], finish: "STOP" }],
    [used("x", "{}")],
    "tool_use",
  ],
  ["no parts at the limit", [{ finish: "MAX_TOKENS" }], [], "max_tokens"],
  [
    "a call that is whole at the limit",
    [{ parts: [call("x")], finish: "MAX_TOKENS" }],
    [used("x")],
    "tool_use",
  ],
  ["the number of a reason", [{ parts: [{ text: "a" }], finish: 2 }], [text("a")], "max_tokens"],
  ["a reason that is new", [{ parts: [{ text: "a" }], finish: "TIRED" }], [text("a")], "end_turn"],
  ["a refusal without words", [{ finish: "SAFETY" }], [], "refusal"],
  [
    "a refusal with the provider's words",
    [{ finish: "MODEL_ARMOR", more: { finishMessage: "No." } }],
    [text("No.")],
    "refusal",
  ],
  [
    "a refusal after text",
    [{ parts: [{ text: "a" }] }, { finish: "RECITATION", more: { finishMessage: "No." } }],
    [text("a")],
    "refusal",
  ],
  [
    "only the first candidate",
    [{ parts: [{ text: "a" }], finish: "STOP", more: { index: 1 } }, STOP],
    [],
    "end_turn",
  ],
  [
    "what a search found",
    [
      {
        parts: [{ text: "a" }],
        finish: "STOP",
        more: {
          groundingMetadata: {
            webSearchQueries: ["q"],
            groundingChunks: [{ web: { uri: "https://a.example", title: "A" } }, {}],
          },
        },
      },
    ],
    [
      text("a"),
      {
        type: "opaque",
        kind: "server_tool_use",
        raw: {
          type: "server_tool_use",
          id: "srvtoolu_r1_search",
          name: "web_search",
          input: { query: "q" },
        },
      },
      {
        type: "opaque",
        kind: "web_search_tool_result",
        raw: {
          type: "web_search_tool_result",
          tool_use_id: "srvtoolu_r1_search",
          content: [
            {
              type: "web_search_result",
              url: "https://a.example",
              title: "A",
              encrypted_content: "",
              page_age: null,
            },
          ],
        },
      },
    ],
    "end_turn",
  ],
];

describe("an answer of Gemini", () => {
  for (const [name, chunks, content, stopReason] of CONTENT) {
    it(`reads ${name}`, () => {
      const message = read(chunks);
      assert.deepEqual(message.content, content);
      assert.equal(message.stopReason, stopReason);
    });
  }

  it("reads a whole body as it reads a stream", () => {
    const body = JSON.parse(chunk({ parts: [{ text: "a" }, call("x")], finish: "STOP" }));
    const message = geminiDialect.readMessage(body, TRAITS, NO_CONTEXT);
    assert.deepEqual(message.ok && message.value.content, [text("a"), used("x")]);
  });

  it("reads a prompt that was blocked", () => {
    const body = {
      promptFeedback: { blockReason: "SAFETY", blockReasonMessage: "No." },
      modelVersion: "m",
    };
    const message = geminiDialect.readMessage(body, TRAITS, NO_CONTEXT);
    assert.ok(message.ok);
    assert.deepEqual(message.value, {
      id: "",
      model: "m",
      content: [text("No.")],
      stopReason: "refusal",
      stopSequence: undefined,
      usage: undefined,
    });
  });

  it("gives every call an id that is new in the conversation, the same in every reading", () => {
    const taken = read([{ parts: [{ functionCall: { name: "x" } }], finish: "STOP" }]);
    const [first] = taken.content;
    assert.ok(first?.type === "tool_use");
    const context = { ...NO_CONTEXT, callIds: new Set([first.id, "x"]) };
    const parts = [
      { functionCall: { name: "a" } },
      call("x"),
      call("y"),
      call("y"),
      { functionCall: { name: "b", id: "ä" } },
    ];
    const ids = read([{ parts, finish: "STOP" }], context).content.map((block) =>
      block.type === "tool_use" ? block.id : "",
    );
    assert.equal(new Set([...ids, ...context.callIds]).size, 7);
    assert.ok(
      ids.every((id) => /^[\w-]{1,40}$/.test(id)),
      ids.join(),
    );
    assert.equal(ids[2], "y");
    assert.deepEqual(
      read([{ parts, finish: "STOP" }], context),
      read([{ parts, finish: "STOP" }], context),
    );
  });

  it("gives tools their own names back", () => {
    const toolNames = new Map([
      ["short_h1", "mcp__long"],
      ["default_api:odd", "odd"],
      ["Run", "Run"],
      ["Two", "Two"],
      ["TWO", "TWO"],
    ]);
    const told = {
      short_h1: "mcp__long",
      "default_api:Run": "Run",
      "default_api.run": "Run",
      "default_api:odd": "odd",
      "default_api.new": "new",
      two: "two",
      other: "other",
    };
    const parts = Object.keys(told).map((name) => call(name));
    const { content } = read([{ parts, finish: "STOP" }], { toolNames, callIds: new Set() });
    assert.deepEqual(
      content.map((block) => (block.type === "tool_use" ? block.name : "")),
      Object.values(told),
    );
  });

  it("keeps the digits of numbers", () => {
    const data =
      '{"candidates":[{"content":{"parts":[{"functionCall":{"name":"x","args":{"n":12345678901234567890}}}]},"finishReason":"STOP"}]}';
    const message = collectMessage(events([data]));
    assert.ok(message.ok);
    assert.equal(
      message.value.content[0]?.type === "tool_use" && message.value.content[0].input,
      '{"n":12345678901234567890}',
    );
  });
});

const USAGES: readonly (readonly [string, object | undefined, Message["usage"]])[] = [
  ["nothing told", undefined, undefined],
  ["nothing counted", { trafficType: "ON_DEMAND" }, undefined],
  [
    "thoughts beside the candidates, the cache within the prompt",
    {
      promptTokenCount: 100,
      cachedContentTokenCount: 40,
      candidatesTokenCount: 5,
      thoughtsTokenCount: 7,
      totalTokenCount: 112,
    },
    { input: 60, cacheRead: 40, output: 12, reasoning: 7 },
  ],
  [
    "what a tool read, beside the prompt",
    {
      promptTokenCount: 147,
      candidatesTokenCount: 108,
      totalTokenCount: 783,
      toolUsePromptTokenCount: 360,
      thoughtsTokenCount: 168,
    },
    { input: 507, cacheRead: undefined, output: 276, reasoning: 168 },
  ],
  [
    "a zero that is left out",
    { promptTokenCount: 14, totalTokenCount: 14 },
    { input: 14, cacheRead: undefined, output: 0, reasoning: undefined },
  ],
  [
    "a total that says more",
    { promptTokenCount: 5, totalTokenCount: 9 },
    { input: 5, cacheRead: undefined, output: 4, reasoning: undefined },
  ],
  [
    "numbers as text",
    { promptTokenCount: "5", candidatesTokenCount: "2" },
    { input: 5, cacheRead: undefined, output: 2, reasoning: undefined },
  ],
  [
    "no prompt",
    { candidatesTokenCount: 2 },
    { input: undefined, cacheRead: undefined, output: 2, reasoning: undefined },
  ],
];

describe("the usage of an answer of Gemini", () => {
  for (const [name, usage, expected] of USAGES) {
    it(name, () =>
      assert.deepEqual(read([{ parts: [{ text: "a" }], finish: "STOP", usage }]).usage, expected),
    );
  }

  it("is the last that counts anything", () => {
    const chunks = [
      { usage: { promptTokenCount: 1 } },
      { usage: { promptTokenCount: 2, candidatesTokenCount: 3 }, finish: "STOP" },
      { usage: { trafficType: "X" } },
    ];
    assert.deepEqual(read(chunks).usage, {
      input: 2,
      cacheRead: undefined,
      output: 3,
      reasoning: undefined,
    });
  });
});

describe("an answer of Gemini that fails", () => {
  const open = chunk({ parts: [{ text: "a" }] });
  const inBand = JSON.stringify({ error: { code: 503, message: "busy", status: "UNAVAILABLE" } });
  const CUT = "server: the upstream's answer broke off before its end";
  const cases: readonly (readonly [string, readonly string[], string])[] = [
    ["nothing at all", [], CUT],
    ["an end without a reason", [open], CUT],
    ["an error in the stream", [open, inBand], "overloaded: busy"],
    ["an error at the start, in an array", [`[${inBand}]`], "overloaded: busy"],
    [
      "an event that is no JSON",
      [open, "{"],
      "server: the upstream sent an event that cannot be read",
    ],
    [
      "a call that was not declared",
      [
        chunk({
          parts: [call("x")],
          finish: "UNEXPECTED_TOOL_CALL",
          more: { finishMessage: "no x" },
        }),
      ],
      "server: no x",
    ],
    [
      "a call that is no call",
      [open, chunk({ finish: "MALFORMED_FUNCTION_CALL" })],
      "server: the model's answer failed: MALFORMED_FUNCTION_CALL",
    ],
    [
      "a number of a failure",
      [chunk({ finish: 9 })],
      "server: the model's answer failed: MALFORMED_FUNCTION_CALL",
    ],
  ];
  for (const [name, datas, expected] of cases) {
    it(name, () => assert.equal(problem(datas), expected));
  }

  it("says nothing after its error, and takes OpenAI's end mark for nothing", () => {
    const seen = events([inBand, open, chunk({ finish: "STOP" })]);
    assert.deepEqual(
      seen.map(({ type }) => type),
      ["error"],
    );
    assert.equal(
      problem([chunk({ parts: [{ text: "a" }], finish: "STOP" }), "[DONE]", ""]),
      undefined,
    );
  });
});
