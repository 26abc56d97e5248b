import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JsonObject, Turn } from "../../../canonical/index.ts";
import {
  assistant,
  call,
  inputOf,
  result,
  text,
  thinking,
  user,
  write,
} from "./request.fixture.ts";
import type { ResponsesTraits } from "./traits.ts";

const ENCRYPTED = {
  type: "reasoning",
  id: "rs_1",
  summary: [{ type: "summary_text", text: "hm" }],
  content: [],
  encrypted_content: "gAAA",
  status: null,
};
const PLAIN = {
  type: "reasoning",
  id: "a",
  summary: [],
  content: [{ type: "reasoning_text", text: "hm" }],
};
const SENT = { type: "reasoning", summary: ENCRYPTED.summary, encrypted_content: "gAAA" };

const said = (...texts: readonly string[]): JsonObject => ({
  type: "message",
  role: "user",
  content: texts.map((each) => ({ type: "input_text", text: each })),
});
const answered = (...texts: readonly string[]): JsonObject => ({
  type: "message",
  role: "assistant",
  content: texts.map((each) => ({ type: "output_text", text: each })),
});
const called = (call_id: string, args = "{}"): JsonObject => ({
  type: "function_call",
  call_id,
  name: "read",
  arguments: args,
});
const returned = (call_id: string, output: unknown): JsonObject => ({
  type: "function_call_output",
  call_id,
  output,
});

const CASES: readonly {
  readonly name: string;
  readonly turns: readonly Turn[];
  readonly traits?: Partial<ResponsesTraits>;
  readonly items: readonly JsonObject[];
}[] = [
  {
    name: "texts of both sides",
    turns: [
      user(text("a"), text(" "), text("b")),
      assistant(text("c"), text("d")),
      user(text("e")),
    ],
    items: [said("a", "b"), answered("c", "d"), said("e")],
  },
  {
    name: "a loop of tools, its results before what else the user says",
    turns: [
      user(text("go")),
      assistant(text("I look"), call("1", '{"n":12345678901234567890}'), call("2", "")),
      user(text("and hurry"), result("2", text("two")), result("1", text("one"))),
    ],
    items: [
      said("go"),
      answered("I look"),
      called("1", '{"n":12345678901234567890}'),
      called("2"),
      returned("1", "one"),
      returned("2", "two"),
      said("and hurry"),
    ],
  },
  {
    name: "its own thinking, encrypted, without the item's id",
    turns: [user(text("go")), assistant(thinking(ENCRYPTED), call("1")), user(result("1"))],
    items: [said("go"), SENT, called("1"), returned("1", "(no output)")],
  },
  {
    name: "thinking in plain text, as the item came, where the upstream takes that",
    turns: [user(text("go")), assistant(thinking(PLAIN), call("1")), user(result("1", text("x")))],
    traits: { reasoning: "item" },
    items: [said("go"), PLAIN, called("1"), returned("1", "x")],
  },
  {
    name: "no thinking that is unsigned, in plain text, or another maker's",
    turns: [
      user(text("go")),
      assistant(
        thinking(undefined),
        thinking(PLAIN),
        { type: "thinking", text: "hm", signature: "EqQB" },
        { type: "redacted_thinking", data: "x" },
        text("done"),
      ),
      user(text("more")),
    ],
    items: [said("go"), answered("done"), said("more")],
  },
  {
    name: "no thinking without what it led to",
    turns: [user(text("go")), assistant(text("a"), thinking(ENCRYPTED)), user(text("b"))],
    items: [said("go"), answered("a"), said("b")],
  },
  {
    name: "calls together and behind all else, where the upstream insists",
    turns: [
      user(text("go")),
      assistant(thinking(PLAIN), call("1"), text("and"), thinking(PLAIN), call("2")),
      user(result("1", text("x")), result("2", text("y"))),
    ],
    traits: { reasoning: "item", groupsCalls: true },
    items: [
      said("go"),
      PLAIN,
      answered("and"),
      PLAIN,
      called("1"),
      called("2"),
      returned("1", "x"),
      returned("2", "y"),
    ],
  },
  {
    name: "a system turn within the user's turn beside it, behind results",
    turns: [
      user(text("go")),
      assistant(call("1")),
      { role: "system", content: [text("mind the gap")] },
      user(result("1", text("x"))),
      { role: "system", content: [text("<system-reminder>so</system-reminder>")] },
    ],
    items: [
      said("go"),
      called("1"),
      returned("1", "x"),
      said(
        "<system-reminder>\nmind the gap\n</system-reminder>",
        "<system-reminder>so</system-reminder>",
      ),
    ],
  },
  {
    name: "a call that nothing answers, and a result that nothing asked for",
    turns: [
      user(result("0", text("old"))),
      assistant(call("1")),
      user(text("well?")),
      assistant(call("2")),
    ],
    items: [
      said("[result of an earlier tool call]", "old"),
      called("1"),
      returned("1", "Error: [tool result missing]"),
      said("well?"),
      called("2"),
      returned("2", "Error: [tool result missing]"),
    ],
  },
  {
    name: "results that lost their ids, by their order",
    turns: [assistant(call("1"), call("2")), user(result("", text("x")), result("", text("y")))],
    items: [called("1"), called("2"), returned("1", "x"), returned("2", "y")],
  },
  {
    name: "ids that come again in every turn, made unique",
    turns: [
      assistant(call("0")),
      user(result("0", text("x"))),
      assistant(call("0")),
      user(result("0", text("y"))),
    ],
    items: [called("0"), returned("0", "x"), called("0_2"), returned("0_2", "y")],
  },
  {
    name: "searches of Anthropic's own as text",
    turns: [
      user(text("go")),
      assistant(
        {
          type: "opaque",
          kind: "server_tool_use",
          raw: { name: "web_search", input: { query: "q" } },
        },
        {
          type: "opaque",
          kind: "web_search_tool_result",
          raw: { content: [{ title: "T", url: "https://a", encrypted_content: "zzz" }] },
        },
        text("so"),
      ),
      user(text("ok")),
    ],
    items: [said("go"), answered('[web_search: {"query":"q"}]', "T https://a", "so"), said("ok")],
  },
];

describe("input items", () => {
  for (const { name, turns, traits, items } of CASES) {
    it(`hold ${name}`, () => assert.deepEqual(inputOf(turns, traits), items));
  }

  it("name what of the conversation was lost", () => {
    const lossy = (...turns: readonly Turn[]) => write({ turns }).lossy;
    assert.deepEqual(lossy(user(text("a")), assistant(text("b"))), ["prefill"]);
    assert.deepEqual(lossy(assistant(thinking(undefined)), user(text("b"))), [
      "content[].thinking",
    ]);
    assert.deepEqual(lossy(assistant(text("a"), thinking(ENCRYPTED)), user()), [
      "content[].thinking",
    ]);
    assert.deepEqual(lossy(assistant(call("1")), user(text("b"))), ["turns[].tool_use"]);
    assert.deepEqual(lossy(user(result("1"))), ["turns[].tool_result"]);
  });

  it("shorten ids and names the same way everywhere", () => {
    const id = "x".repeat(80);
    const name = `mcp__${"y".repeat(80)}`;
    const { body, context } = write({
      turns: [user(text("go")), assistant(call(id, "{}", name)), user(result(id, text("z")))],
      tools: [{ type: "function", name, schema: {}, isDeferred: false }],
      toolChoice: { type: "tool", name },
    });
    const [, asked, output] = Array.isArray(body["input"]) ? body["input"] : [];
    const [tool] = Array.isArray(body["tools"]) ? body["tools"] : [];
    assert.equal(asked.call_id, output.call_id);
    assert.ok(asked.call_id.length <= 64 && asked.name.length <= 64);
    assert.equal(asked.name, tool.name);
    assert.deepEqual(body["tool_choice"], { type: "function", name: tool.name });
    assert.equal(context.toolNames.get(tool.name), name);
    assert.deepEqual([...context.callIds], [id]);
  });
});
