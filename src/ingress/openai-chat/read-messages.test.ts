import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JsonObject } from "../../canonical/index.ts";
import { readRequest } from "./read-request.ts";

type Row = readonly [string, readonly JsonObject[], readonly unknown[]];

function read(messages: readonly JsonObject[]) {
  const result = readRequest({ model: "m", messages });
  assert.ok(result.ok, result.ok ? "" : result.error.message);
  return JSON.parse(JSON.stringify(result.value));
}

const text = (words: string) => ({ type: "text", text: words });
const turn = (role: string, ...content: readonly unknown[]) => ({ role, content });
const user = (content: unknown) => ({ role: "user", content });
const use = (id: string, name = "f", input = "{}") => ({ type: "tool_use", id, name, input });
const call = (id: string, name = "f", args = "{}") => ({
  id,
  type: "function",
  function: { name, arguments: args },
});
const calling = (...calls: readonly JsonObject[]) => ({
  role: "assistant",
  content: null,
  tool_calls: calls,
});
const answer = (id: string, content = "done") => ({ role: "tool", tool_call_id: id, content });
const result = (toolUseId: string, words = "done") => ({
  type: "tool_result",
  toolUseId,
  content: [text(words)],
  isError: false,
});

const TURNS: readonly Row[] = [
  [
    "a later system message where it stands",
    [user("a"), { role: "developer", content: "b" }, user("c")],
    [turn("user", text("a")), turn("system", text("b")), turn("user", text("c"))],
  ],
  [
    "arguments as the text that they are",
    [user("a"), calling(call("x", "f", '{ "n": 12345678901234567890 }')), answer("x")],
    [
      turn("user", text("a")),
      turn("assistant", use("x", "f", '{ "n": 12345678901234567890 }')),
      turn("user", result("x")),
    ],
  ],
  [
    "all results of a turn in one, before what the user says",
    [calling(call("x"), call("y")), answer("x"), user("and"), answer("y")],
    [turn("assistant", use("x"), use("y")), turn("user", result("x"), result("y"), text("and"))],
  ],
  [
    "calls and results without ids, one after another",
    [calling(call(""), call("")), answer(""), { role: "tool", content: "two" }],
    [
      turn("assistant", use("call_number_1"), use("call_number_2")),
      turn("user", result("call_number_1"), result("call_number_2", "two")),
    ],
  ],
  [
    "the older form of a call",
    [
      { role: "assistant", content: null, function_call: { name: "f", arguments: "{}" } },
      { role: "function", name: "f", content: "done" },
    ],
    [turn("assistant", use("call_number_1")), turn("user", result("call_number_1"))],
  ],
  [
    "a refusal as what was said",
    [{ role: "assistant", content: null, refusal: "No." }, user("Why?")],
    [turn("assistant", text("No.")), turn("user", text("Why?"))],
  ],
  [
    "nothing of an answer that says nothing",
    [user("a"), { role: "assistant", content: "" }, user("b")],
    [turn("user", text("a")), turn("user", text("b"))],
  ],
  [
    "images and files",
    [
      user([
        { type: "image_url", image_url: { url: "data:image/PNG;base64,aGk=", detail: "low" } },
        { type: "image_url", image_url: "https://a.example/b.png" },
        {
          type: "file",
          file: { filename: "a.pdf", file_data: "data:application/pdf;base64,aGk=" },
        },
        { type: "file", file: { file_data: "data:text/plain;charset=utf-8;base64,aGk=" } },
      ]),
    ],
    [
      turn(
        "user",
        {
          type: "image",
          source: { kind: "base64", mediaType: "image/png", data: "aGk=" },
          extra: { detail: "low" },
        },
        { type: "image", source: { kind: "url", url: "https://a.example/b.png" } },
        {
          type: "document",
          source: { kind: "base64", mediaType: "application/pdf", data: "aGk=" },
          title: "a.pdf",
        },
        { type: "document", source: { kind: "text", text: "hi" } },
      ),
    ],
  ],
  [
    "marks of a message and of its parts",
    [
      { ...user("a"), cache_control: { type: "ephemeral" } },
      user([{ ...text("b"), cache_control: { type: "ephemeral", ttl: "1h" } }]),
    ],
    [
      turn("user", { ...text("a"), cache: { ttl: "5m" } }),
      turn("user", { ...text("b"), cache: { ttl: "1h" } }),
    ],
  ],
  [
    "what only this API has on a message",
    [{ ...user("a"), name: "Ann" }],
    [{ ...turn("user", text("a")), extra: { name: "Ann" } }],
  ],
];

const assistant = (members: JsonObject) => [{ role: "assistant", content: "Hi", ...members }];
const piece = (index: number, members: JsonObject) => ({
  type: "reasoning.text",
  index,
  ...members,
});
const FOREIGN = [
  { type: "reasoning.summary", summary: "Hm.", index: 0 },
  { type: "reasoning.encrypted", data: "gAAA", id: "rs_1", index: 1 },
];

const THINKING: readonly Row[] = [
  [
    "text alone",
    assistant({ reasoning_content: "Hm." }),
    [{ type: "thinking", text: "Hm." }, text("Hi")],
  ],
  [
    "text in the other member",
    assistant({ reasoning: "Hm." }),
    [{ type: "thinking", text: "Hm." }, text("Hi")],
  ],
  [
    "details that were written here, block by block",
    assistant({
      reasoning_content: "Hm.",
      reasoning_details: [
        piece(0, { text: "Hm.", signature: "spw1.a" }),
        { type: "reasoning.encrypted", data: "spw1.b", index: 1 },
      ],
    }),
    [
      { type: "thinking", text: "Hm.", signature: "spw1.a" },
      { type: "redacted_thinking", data: "spw1.b" },
      text("Hi"),
    ],
  ],
  [
    "the pieces of a stream as one",
    assistant({
      reasoning_details: [
        piece(0, { text: "H" }),
        piece(0, { text: "m." }),
        piece(0, { signature: "spw1.a" }),
        piece(1, { text: "", signature: "spw1.b" }),
      ],
    }),
    [
      { type: "thinking", text: "Hm.", signature: "spw1.a" },
      { type: "thinking", text: "", signature: "spw1.b" },
      text("Hi"),
    ],
  ],
  [
    "another server's details as one proof",
    assistant({ reasoning: "Hm.", reasoning_details: FOREIGN }),
    [{ type: "thinking", text: "Hm.", signature: JSON.stringify(FOREIGN) }, text("Hi")],
  ],
  [
    "text beside a proof without words",
    assistant({ reasoning_content: "Hm.", reasoning_details: [piece(0, { signature: "spw1.a" })] }),
    [{ type: "thinking", text: "Hm.", signature: "spw1.a" }, text("Hi")],
  ],
  [
    "Google's signatures where they stand",
    assistant({
      tool_calls: [
        { ...call("x"), extra_content: { google: { thought_signature: "s" } } },
        call("y"),
      ],
    }),
    [text("Hi"), { type: "thinking", text: "", signature: "s" }, use("x"), use("y")],
  ],
];

describe("readConversation", () => {
  for (const [name, messages, expected] of TURNS) {
    it(`reads ${name}`, () => assert.deepEqual(read(messages).turns, expected));
  }

  it("takes what the system says first for the system prompt, whoever says it", () => {
    const { system, turns } = read([
      { role: "system", content: "a" },
      { role: "developer", content: [text("b"), text("c")] },
      user("d"),
    ]);
    assert.deepEqual(system, [text("a"), text("b"), text("c")]);
    assert.equal(turns.length, 1);
  });

  for (const [name, messages, expected] of THINKING) {
    it(`reads thinking: ${name}`, () => {
      assert.deepEqual(read([user("a"), ...messages]).turns[1].content, expected);
    });
  }
});
