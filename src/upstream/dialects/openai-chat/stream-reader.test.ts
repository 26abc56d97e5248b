import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JsonObject } from "../../../canonical/index.ts";
import { callDelta, chunk, DONE, read, type Sent, told, usageOf } from "./chunks.fixture.ts";

const END = chunk({}, "stop");
const CALLS_END = chunk({}, "tool_calls");

type Row = readonly [name: string, sent: readonly Sent[], expected: readonly string[]];

describe("ChatStreamReader on text", () => {
  const rows: readonly Row[] = [
    [
      "puts pieces into one block",
      [
        chunk({ role: "assistant", content: "" }),
        chunk({ content: "Hi" }),
        chunk({ content: "!" }),
        END,
        DONE,
      ],
      ["text: Hi!", "end_turn"],
    ],
    ["needs no [DONE] after a reason", [chunk({ content: "Hi" }), END], ["text: Hi", "end_turn"]],
    ["needs no reason before [DONE]", [chunk({ content: "Hi" }), DONE], ["text: Hi", "end_turn"]],
    [
      "reads a chunk's text before its reason",
      [chunk({ content: "Hi" }, "length"), DONE],
      ["text: Hi", "max_tokens"],
    ],
    [
      "makes no block of blanks alone",
      [chunk({ content: "\n" }), chunk({ content: " " }), END],
      ["end_turn"],
    ],
    [
      "keeps blanks before text",
      [chunk({ content: "\n" }), chunk({ content: "Hi" }), END],
      ["text: \nHi", "end_turn"],
    ],
    ["ends an answer without anything", [chunk({}), END], ["end_turn"]],
    [
      "skips other choices",
      [{ choices: [{ index: 1, delta: { content: "no" } }] }, chunk({ content: "Hi" }), END],
      ["text: Hi", "end_turn"],
    ],
    [
      "skips what carries nothing",
      [
        "",
        chunk({ content: null }),
        { choices: [] },
        { choices: null },
        chunk({ content: "Hi" }),
        END,
      ],
      ["text: Hi", "end_turn"],
    ],
    [
      "ends a phantom call as a turn",
      [chunk({ content: "Hi" }), CALLS_END],
      ["text: Hi", "end_turn"],
    ],
    [
      "takes unknown reasons for the end",
      [chunk({ content: "Hi" }, "eos")],
      ["text: Hi", "end_turn"],
    ],
    [
      "tells a refusal",
      [chunk({ refusal: "I " }), chunk({ refusal: "cannot" }), END],
      ["text: I cannot", "refusal"],
    ],
    [
      "tells filtered content",
      [chunk({ content: "Hi" }), chunk({}, "content_filter")],
      ["text: Hi", "refusal"],
    ],
    [
      "tells a full context",
      [chunk({ content: "Hi" }), chunk({}, "model_length")],
      ["text: Hi", "model_context_window_exceeded"],
    ],
    [
      "keeps the first reason over a null",
      [chunk({ content: "Hi" }, "length"), chunk({ content: "" }), DONE],
      ["text: Hi", "max_tokens"],
    ],
    [
      "reads content that is a list",
      [chunk({ content: [{ type: "text", text: "Hi" }, "!"] }), END],
      ["text: Hi!", "end_turn"],
    ],
  ];
  for (const [name, sent, expected] of rows) {
    it(name, () => assert.deepEqual(told(read(sent)), expected));
  }

  it("starts with the answer's id and model, behind chunks that have none", () => {
    const filter = { id: "", model: "", choices: [], prompt_filter_results: [] };
    const [start] = read([filter, chunk({ content: "Hi" }), END]);
    assert.deepEqual(start, { type: "start", id: "c1", model: "m1" });
  });

  it("tells which stop sequence it was, where a server does", () => {
    const finish = { id: "c", choices: [{ delta: {}, finish_reason: "stop", stop_reason: "###" }] };
    const end = read([chunk({ content: "Hi" }), finish]).at(-1);
    assert.deepEqual(end, {
      type: "end",
      stopReason: "stop_sequence",
      stopSequence: "###",
      usage: undefined,
    });
  });
});

describe("ChatStreamReader on tool calls", () => {
  const first = (args?: string) => chunk(callDelta({ index: 0, id: "a" }, "Read", args));
  const second = (args?: string) => chunk(callDelta({ index: 1, id: "b" }, "Bash", args));
  const rows: readonly Row[] = [
    [
      "puts arguments together by index",
      [
        first(""),
        chunk(callDelta({ index: 0 }, undefined, '{"x":')),
        chunk(callDelta({ index: 0 }, undefined, "1}")),
        CALLS_END,
      ],
      ['call Read(a): {"x":1}', "tool_use"],
    ],
    [
      "never puts names together, nor empty ids in their place",
      [
        first(),
        chunk(callDelta({ index: 0, id: "" }, "Read", '{"x"')),
        chunk(callDelta({ index: 0, id: "" }, "", ":1}")),
        CALLS_END,
      ],
      ['call Read(a): {"x":1}', "tool_use"],
    ],
    [
      "takes a whole call with its reason in one chunk",
      [chunk(callDelta({ id: "a" }, "Read", "{}"), "tool_calls")],
      ["call Read(a): {}", "tool_use"],
    ],
    [
      "takes whole parallel calls without an index",
      [
        chunk(callDelta({ id: "a" }, "Read", "{}")),
        chunk(callDelta({ id: "b" }, "Bash", "{}")),
        CALLS_END,
      ],
      ["call Read(a): {}", "call Bash(b): {}", "tool_use"],
    ],
    [
      "goes on with the last call where there is neither index nor id",
      [
        chunk(callDelta({ id: "a" }, "Read", '{"x":')),
        chunk(callDelta({}, undefined, "1}")),
        CALLS_END,
      ],
      ['call Read(a): {"x":1}', "tool_use"],
    ],
    [
      "takes another id at the same index for another call",
      [first("{}"), chunk(callDelta({ index: 0, id: "b" }, "Bash", "{}")), CALLS_END],
      ["call Read(a): {}", "call Bash(b): {}", "tool_use"],
    ],
    [
      "starts at any index",
      [
        chunk({ content: "Reading" }),
        chunk(callDelta({ index: 1, id: "a" }, "Read", "{}")),
        CALLS_END,
      ],
      ["text: Reading", "call Read(a): {}", "tool_use"],
    ],
    [
      "tells mixed parallel calls one after the other",
      [
        first(),
        second(),
        chunk(callDelta({ index: 1 }, undefined, '{"y":')),
        chunk(callDelta({ index: 0 }, undefined, '{"x":1}')),
        chunk(callDelta({ index: 1 }, undefined, "2}")),
        CALLS_END,
      ],
      ['call Read(a): {"x":1}', 'call Bash(b): {"y":2}', "tool_use"],
    ],
    [
      "is not disturbed by empty content",
      [
        first(),
        chunk({ content: "" }),
        chunk(callDelta({ index: 0 }, undefined, '{"x":')),
        chunk({ content: "" }),
        chunk(callDelta({ index: 0 }, undefined, "1}")),
        CALLS_END,
      ],
      ['call Read(a): {"x":1}', "tool_use"],
    ],
    [
      "gives a call without arguments an empty object",
      [first(), CALLS_END],
      ["call Read(a): {}", "tool_use"],
    ],
    [
      "takes arguments that are an object",
      [chunk({ tool_calls: [{ id: "a", function: { name: "Read", arguments: { x: 1 } } }] }), END],
      ['call Read(a): {"x":1}', "tool_use"],
    ],
    [
      "takes the older function_call",
      [
        chunk({ function_call: { name: "Read", arguments: '{"x"' } }),
        chunk({ function_call: { arguments: ":1}" } }),
        chunk({}, "function_call"),
      ],
      ['call Read(call_c1_1): {"x":1}', "tool_use"],
    ],
    ["believes the call, not the reason", [first("{}"), END], ["call Read(a): {}", "tool_use"]],
    [
      "tells cut arguments as they are",
      [first('{"x":"ab'), chunk({}, "length")],
      ['call Read(a): {"x":"ab', "max_tokens"],
    ],
    [
      "takes complete arguments for a call even at the limit",
      [first('{"x":1}'), chunk({}, "length")],
      ['call Read(a): {"x":1}', "tool_use"],
    ],
    [
      "lets go of a call without a name",
      [chunk(callDelta({ index: 0, id: "a" }, undefined, "{}")), CALLS_END],
      ["end_turn"],
    ],
    [
      "keeps text behind the calls apart",
      [
        first('{"x":'),
        chunk({ content: "late" }),
        chunk(callDelta({ index: 0 }, undefined, "1}")),
        CALLS_END,
      ],
      ['call Read(a): {"x":1}', "text: late", "tool_use"],
    ],
  ];
  for (const [name, sent, expected] of rows) {
    it(name, () => assert.deepEqual(told(read(sent)), expected));
  }

  it("tells the first call as it comes, and a later one as soon as it may", () => {
    const before = read([first('{"x":1}'), second('{"y"')]).slice(0, -1);
    assert.deepEqual(told(before), ['call Read(a): {"x":1}', 'call Bash(b): {"y"']);
  });

  it("tells held calls at the end, behind what came after them", () => {
    const sent = [first("{}"), chunk({ content: "late" }), CALLS_END];
    assert.deepEqual(told(read(sent, { toolCalls: "held" })), [
      "text: late",
      "call Read(a): {}",
      "tool_use",
    ]);
  });

  it("gives ids that the conversation does not have and a client can send back", () => {
    const context = { toolNames: new Map(), callIds: new Set(["call_0", "call_0_2"]) };
    const one = (id: string) =>
      told(read([chunk(callDelta({ id }, "Read", "{}")), END], {}, context))[0];
    assert.equal(one("call_0"), "call Read(call_0_3): {}");
    assert.match(
      one("functions.Read:0") ?? "",
      /^call Read\(functions_Read_0_h[a-z0-9]{8}\): \{\}$/,
    );
    assert.equal(one(""), "call Read(call_c1_1): {}");
    const twice = [
      chunk(callDelta({ index: 0, id: "x" }, "Read", "{}")),
      chunk(callDelta({ index: 1, id: "x" }, "Read", "{}")),
      END,
    ];
    assert.deepEqual(told(read(twice)), ["call Read(x): {}", "call Read(x_2): {}", "tool_use"]);
  });

  it("gives the client's own names", () => {
    const context = {
      toolNames: new Map([
        ["short_1", "mcp__long"],
        ["Read", "Read"],
      ]),
      callIds: new Set<string>(),
    };
    const one = (name: string) =>
      told(read([chunk(callDelta({ id: "a" }, name, "{}")), END], {}, context))[0];
    assert.equal(one("short_1"), "call mcp__long(a): {}");
    assert.equal(one("read"), "call Read(a): {}");
    assert.equal(one("other"), "call other(a): {}");
  });
});

describe("ChatStreamReader on reasoning", () => {
  const thinking = (text: string) => ({ type: "thinking", thinking: [{ type: "text", text }] });
  const rows: readonly Row[] = [
    [
      "reads reasoning_content",
      [
        chunk({ reasoning_content: "h" }),
        chunk({ reasoning_content: "m" }),
        chunk({ content: "Hi" }),
        END,
      ],
      ["thinking: hm", "text: Hi", "end_turn"],
    ],
    [
      "reads reasoning",
      [chunk({ reasoning: "hm" }), chunk({ content: "Hi", reasoning: null }), END],
      ["thinking: hm", "text: Hi", "end_turn"],
    ],
    [
      "reads reasoning that is told twice once",
      [
        chunk({ reasoning: "hm", reasoning_details: [{ type: "reasoning.text", text: "hm" }] }),
        END,
      ],
      ["thinking: hm", "end_turn"],
    ],
    [
      "reads details alone",
      [chunk({ reasoning_details: [{ type: "reasoning.summary", summary: "hm" }] }), END],
      ["thinking: hm", "end_turn"],
    ],
    [
      "reads parts of the content",
      [
        chunk({ content: [thinking("h")] }),
        chunk({ content: [thinking("m")] }),
        chunk({ content: "Hi" }),
        END,
      ],
      ["thinking: hm", "text: Hi", "end_turn"],
    ],
    [
      "tells reasoning before the text and the calls of one chunk",
      [chunk({ reasoning: "hm", content: "Hi", ...callDelta({ id: "a" }, "Read", "{}") }), END],
      ["thinking: hm", "text: Hi", "call Read(a): {}", "tool_use"],
    ],
    [
      "opens a new block for later reasoning",
      [
        chunk({ reasoning: "a" }),
        chunk({ content: "b" }),
        chunk({ reasoning: "c" }),
        chunk({ content: "d" }),
        END,
      ],
      ["thinking: a", "text: b", "thinking: c", "text: d", "end_turn"],
    ],
    [
      "splits tags at the start",
      [
        chunk({ content: "<thi" }),
        chunk({ content: "nk>hm</th" }),
        chunk({ content: "ink>\n\n" }),
        chunk({ content: "Hi" }),
        END,
      ],
      ["thinking: hm", "text: Hi", "end_turn"],
    ],
    [
      "leaves tags within the text",
      [chunk({ content: "Use <think>x</think>" }), END],
      ["text: Use <think>x</think>", "end_turn"],
    ],
    [
      "leaves tags where reasoning has its own member",
      [chunk({ reasoning: "hm" }), chunk({ content: "<think>x" }), END],
      ["thinking: hm", "text: <think>x", "end_turn"],
    ],
    [
      "takes open tags for reasoning",
      [chunk({ content: "<think>hm" }, "length")],
      ["thinking: hm", "max_tokens"],
    ],
    [
      "ends tags before calls",
      [chunk({ content: "<think>hm</think>" }), chunk(callDelta({ id: "a" }, "Read", "{}")), END],
      ["thinking: hm", "call Read(a): {}", "tool_use"],
    ],
  ];
  for (const [name, sent, expected] of rows) {
    it(name, () => assert.deepEqual(told(read(sent)), expected));
  }

  const detail = (members: JsonObject) => chunk({ reasoning_details: [{ index: 0, ...members }] });
  const text = (said: string) => detail({ type: "reasoning.text", text: said });
  const secret = detail({ type: "reasoning.encrypted", data: "x" });
  const signed: readonly Row[] = [
    [
      "signs the block with the details put together",
      [
        text("h"),
        text("m"),
        detail({ type: "reasoning.text", signature: "s" }),
        chunk({ content: "Hi" }),
        END,
      ],
      [
        'thinking: hm <[{"index":0,"type":"reasoning.text","text":"hm","signature":"s"}]>',
        "text: Hi",
        "end_turn",
      ],
    ],
    [
      "keeps encrypted details whole and in order",
      [text("hm"), secret, secret, chunk({ content: "Hi" }), END],
      [
        'thinking: hm <[{"index":0,"type":"reasoning.text","text":"hm"},{"index":0,"type":"reasoning.encrypted","data":"x"},{"index":0,"type":"reasoning.encrypted","data":"x"}]>',
        "text: Hi",
        "end_turn",
      ],
    ],
    [
      "makes a block for details that nobody can read",
      [secret, chunk({ content: "Hi" }), END],
      [
        'thinking:  <[{"index":0,"type":"reasoning.encrypted","data":"x"}]>',
        "text: Hi",
        "end_turn",
      ],
    ],
    [
      "tells details behind the text in a block of their own",
      [chunk({ content: "Hi" }), secret, END],
      [
        "text: Hi",
        'thinking:  <[{"index":0,"type":"reasoning.encrypted","data":"x"}]>',
        "end_turn",
      ],
    ],
    [
      "tells details behind the calls after all of them",
      [
        chunk(callDelta({ index: 0, id: "a" }, "Read", "{}")),
        secret,
        chunk(callDelta({ index: 1, id: "b" }, "Bash", "{}")),
        END,
      ],
      [
        "call Read(a): {}",
        "call Bash(b): {}",
        'thinking:  <[{"index":0,"type":"reasoning.encrypted","data":"x"}]>',
        "tool_use",
      ],
    ],
  ];
  for (const [name, sent, expected] of signed) {
    it(name, () => assert.deepEqual(told(read(sent, { echo: { form: "details" } })), expected));
  }

  it("tells details before held calls", () => {
    const sent = [chunk(callDelta({ id: "a" }, "Read", "{}")), secret, END];
    const events = read(sent, { echo: { form: "details" }, toolCalls: "held" });
    assert.deepEqual(told(events).slice(1), ["call Read(a): {}", "tool_use"]);
  });
});

describe("ChatStreamReader on failures", () => {
  const error = { error: { code: 429, message: "slow down" } };
  const rows: readonly Row[] = [
    ["tells a stream that breaks off", [chunk({ content: "Hi" })], ["text: Hi", "error server"]],
    ["tells a stream without anything", [], ["error server"]],
    ["tells a [DONE] without anything", [DONE], ["error server"]],
    [
      "tells an error, and nothing after it",
      [chunk({ content: "Hi" }), error, chunk({ content: "more" }), DONE],
      ["text: Hi", "error rate_limit"],
    ],
    [
      "tells an error beside choices",
      [{ ...chunk({ content: "" }), ...error }, DONE],
      ["error rate_limit"],
    ],
    [
      "tells an error within a choice",
      [{ choices: [{ delta: {}, error: { code: 502, message: "x" }, finish_reason: "error" }] }],
      ["error server"],
    ],
    [
      "tells whose fault it is where no status says so",
      [{ error: { type: "invalid_request_error", message: "x" } }],
      ["error invalid_request"],
    ],
    [
      "tells a list with an error",
      ['[{"error":{"code":503,"status":"UNAVAILABLE"}}]'],
      ["error overloaded"],
    ],
    [
      "tells an error that is only a reason",
      [chunk({ content: "Hi" }, "error")],
      ["text: Hi", "error server"],
    ],
    [
      "tells a chunk that is no JSON",
      [chunk({ content: "Hi" }), '{"id":'],
      ["text: Hi", "error server"],
    ],
    [
      "lets go of a broken chunk behind the reason",
      [chunk({ content: "Hi" }, "stop"), '{"usage":'],
      ["text: Hi", "end_turn"],
    ],
  ];
  for (const [name, sent, expected] of rows) {
    it(name, () => assert.deepEqual(told(read(sent)), expected));
  }
});

describe("ChatStreamReader on usage", () => {
  const usage = (prompt: number, completion: number) => ({
    usage: {
      prompt_tokens: prompt,
      completion_tokens: completion,
      total_tokens: prompt + completion,
    },
  });
  const plain = { cacheRead: undefined, cacheWrite5m: undefined, reasoning: undefined };

  it("takes the last that is told, and never a sum", () => {
    const sent = [
      chunk({ content: "Hi" }, null, usage(5, 1)),
      chunk({}, "stop", usage(5, 2)),
      { choices: [], ...usage(5, 3) },
      chunk({}, null, { usage: null }),
      DONE,
    ];
    assert.deepEqual(usageOf(read(sent)), { input: 5, output: 3, ...plain });
  });

  it("takes Groq's own where there is no other", () => {
    const sent = [chunk({ content: "Hi" }), chunk({}, "stop", { x_groq: usage(7, 2) })];
    assert.deepEqual(usageOf(read(sent)), { input: 7, output: 2, ...plain });
  });

  it("knows none where none is told", () => {
    assert.equal(usageOf(read([chunk({ content: "Hi" }), END])), undefined);
  });
});
