import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Block, ThinkingBlock } from "../../../canonical/index.ts";
import type { ReasoningEcho } from "./reasoning-traits.ts";
import {
  ABLE,
  assistant,
  call,
  messagesOf,
  PNG,
  result,
  system,
  user,
  write,
} from "./request.fixture.ts";
import type { ChatTraits } from "./traits.ts";

const toolCall = (id: string, name = "Read", args = "{}") => ({
  id,
  type: "function",
  function: { name, arguments: args },
});
const toolMessage = (id: string, content: unknown = "done") => ({
  role: "tool",
  tool_call_id: id,
  content,
});
const IMAGE_PART = { type: "image_url", image_url: { url: "data:image/png;base64,aGk=" } };

describe("system text", () => {
  const texts = (...all: string[]) => all.map((text) => ({ type: "text", text }) as const);

  it("is one leading message, without the line for Anthropic's books", () => {
    const { body, lossy } = write({
      system: texts("x-anthropic-billing-header: cc_version=2; cch=1;", "You are", " ", "an agent"),
    });
    assert.deepEqual(body["messages"], [
      { role: "system", content: "You are\n\nan agent" },
      { role: "user", content: "Hi" },
    ]);
    assert.deepEqual(lossy, []);
  });

  it("has the role that the model knows, and keeps cache marks where they are understood", () => {
    const marked = { type: "text", text: "b", cache: { ttl: "1h" } } as const;
    const kept = write(
      { system: [...texts("a"), marked] },
      { ...ABLE, systemRole: "developer", cacheMarks: "kept" },
    );
    assert.deepEqual(first(kept.body["messages"]), {
      role: "developer",
      content: [
        { type: "text", text: "a" },
        { type: "text", text: "b", cache_control: { type: "ephemeral", ttl: "1h" } },
      ],
    });
    assert.deepEqual(kept.lossy, []);
    const dropped = write({ system: [marked] });
    assert.deepEqual(first(dropped.body["messages"]), { role: "system", content: "b" });
    assert.deepEqual(dropped.lossy, []);
  });
});

describe("turns", () => {
  it("fold a system turn into the user turn where it stands, behind the results", () => {
    const reminder = "<system-reminder>\nNew skills.\n</system-reminder>";
    assert.deepEqual(messagesOf([user("Hi"), system("New skills.")]), [
      { role: "user", content: `Hi\n\n${reminder}` },
    ]);
    const turns = [
      user("Hi"),
      assistant(call("a")),
      system("New skills."),
      user(result("a"), "Go"),
    ];
    assert.deepEqual(messagesOf(turns).slice(2), [
      toolMessage("a"),
      { role: "user", content: `${reminder}\n\nGo` },
    ]);
  });

  it("drop empty text and what becomes empty, and merge what then stands side by side", () => {
    const turns = [
      user("one"),
      assistant(" "),
      user("", "two"),
      assistant("x"),
      assistant("y"),
      user("z"),
    ];
    assert.deepEqual(messagesOf(turns), [
      { role: "user", content: "one\n\ntwo" },
      { role: "assistant", content: "x\n\ny" },
      { role: "user", content: "z" },
    ]);
  });

  it("end with the user's: a beginning of an answer becomes an instruction to go on", () => {
    const { body, lossy } = write({ turns: [user("Hi"), assistant("{")] });
    const messages = body["messages"];
    assert.ok(Array.isArray(messages));
    assert.deepEqual(messages.slice(0, 2), [
      { role: "user", content: "Hi" },
      { role: "assistant", content: "{" },
    ]);
    assert.equal(messages[2].role, "user");
    assert.deepEqual(lossy, ["prefill"]);
  });

  it("put an assistant message between results and a user message only where it is asked for", () => {
    const turns = [user("Hi"), assistant(call("a")), user(result("a"), "Go")];
    const traits: ChatTraits = { ...ABLE, afterToolResults: "Done." };
    assert.deepEqual(messagesOf(turns, traits).slice(2), [
      toolMessage("a"),
      { role: "assistant", content: "Done." },
      { role: "user", content: "Go" },
    ]);
  });
});

describe("tool calls and results", () => {
  it("are one assistant message and one tool message for each call, in the order of the calls", () => {
    const turns = [
      user("Hi"),
      assistant("Both.", call("a", "Read", '{"n":12345678901234567890}'), call("b", "Bash", "")),
      user(result("b", ["B"]), "and", result("a", ["A1", "A2"])),
    ];
    assert.deepEqual(messagesOf(turns), [
      { role: "user", content: "Hi" },
      {
        role: "assistant",
        content: "Both.",
        tool_calls: [
          toolCall("a", "Read", '{"n":12345678901234567890}'),
          toolCall("b", "Bash", "{}"),
        ],
      },
      toolMessage("a", "A1\nA2"),
      toolMessage("b", "B"),
      { role: "user", content: "and" },
    ]);
  });

  it("spell the content of a turn that has only calls as the server wants it", () => {
    const turns = [user("Hi"), assistant(call("a")), user(result("a"))];
    const content = (traits: ChatTraits) => at(messagesOf(turns, traits)[1], "content");
    assert.equal(content(ABLE), null);
    assert.equal(content({ ...ABLE, emptyContent: "" }), "");
  });

  const contents: readonly (readonly [string, readonly (string | Block)[], boolean, string])[] = [
    ["no content", [], false, "(no output)"],
    ["blank text", [" \n"], false, "(no output)"],
    ["an error", ["no such file"], true, "Error: no such file"],
    ["an error without words", [], true, "Error: (no output)"],
  ];
  for (const [name, content, isError, text] of contents) {
    it(`says "${text}" for ${name}`, () => {
      const turns = [user("Hi"), assistant(call("a")), user(result("a", content, isError))];
      assert.deepEqual(messagesOf(turns)[2], toolMessage("a", text));
    });
  }

  it("move the images of results behind all results, and say where they come from", () => {
    const turns = [
      user("Hi"),
      assistant(call("a"), call("b")),
      user(result("a", ["before", PNG, "after"]), result("b"), "What is it?"),
    ];
    assert.deepEqual(messagesOf(turns).slice(2), [
      toolMessage("a", "before\n[image from tool call a]\nafter"),
      toolMessage("b"),
      {
        role: "user",
        content: [
          { type: "text", text: "[image from tool call a]" },
          IMAGE_PART,
          { type: "text", text: "What is it?" },
        ],
      },
    ]);
  });

  it("repair a call without a result, at the end of the conversation too", () => {
    const missing = toolMessage("b", "Error: [tool result missing]");
    const { body, lossy } = write({
      turns: [user("Hi"), assistant(call("a"), call("b")), user(result("a"), "Go")],
    });
    assert.ok(Array.isArray(body["messages"]));
    assert.deepEqual(body["messages"].slice(2, 4), [toolMessage("a"), missing]);
    assert.deepEqual(lossy, ["turns[].tool_use"]);
    assert.deepEqual(messagesOf([user("Hi"), assistant(call("b"))]).at(-1), missing);
    const interrupted = [user("Hi"), assistant(call("b")), user("Stop")];
    assert.deepEqual(messagesOf(interrupted).slice(2), [
      missing,
      { role: "user", content: "Stop" },
    ]);
  });

  it("make text of a result without a call", () => {
    const { body, lossy } = write({ turns: [user(result("gone", ["42"]), "Go")] });
    assert.deepEqual(body["messages"], [{ role: "user", content: "[tool result] 42\n\nGo" }]);
    assert.deepEqual(lossy, ["turns[].tool_result"]);
  });

  it("find a result without an id by its position, and take a second result for an orphan", () => {
    const byPosition = [
      user("Hi"),
      assistant(call("a"), call("b")),
      user(result("", ["1"]), result("b", ["2"])),
    ];
    assert.deepEqual(messagesOf(byPosition).slice(2), [
      toolMessage("a", "1"),
      toolMessage("b", "2"),
    ]);
    const twice = [user("Hi"), assistant(call("a")), user(result("a", ["1"]), result("a", ["2"]))];
    assert.deepEqual(messagesOf(twice).slice(2), [
      toolMessage("a", "1"),
      { role: "user", content: "[tool result] 2" },
    ]);
  });

  it("tell the calls of different turns apart that have the same id", () => {
    const turns = [
      user("Hi"),
      assistant(call("call_0")),
      user(result("call_0", ["1"])),
      assistant(call("call_0")),
      user(result("call_0", ["2"])),
    ];
    const messages = messagesOf(turns);
    const ids = [2, 4].map((i) => at(messages[i], "tool_call_id"));
    assert.equal(ids[0], "call_0");
    assert.notEqual(ids[1], "call_0");
    assert.deepEqual(messages[3], {
      role: "assistant",
      content: null,
      tool_calls: [toolCall(String(ids[1]))],
    });
  });

  it("give ids that the server takes, the same in every request", () => {
    const turns = [user("Hi"), assistant(call("toolu_01ABC")), user(result("toolu_01ABC"))];
    const traits: ChatTraits = { ...ABLE, toolIds: "mistral9" };
    const id = String(at(messagesOf(turns, traits)[2], "tool_call_id"));
    assert.match(id, /^[a-zA-Z0-9]{9}$/);
    assert.deepEqual(messagesOf(turns, traits)[2], toolMessage(id));
    assert.deepEqual(at(messagesOf(turns, traits)[1], "tool_calls"), [toolCall(id)]);
  });
});

describe("media", () => {
  const url: Block = { type: "image", source: { kind: "url", url: "https://example.com/a.png" } };
  const pdf: Block = {
    type: "document",
    source: { kind: "base64", mediaType: "application/pdf", data: "JVBE" },
    title: "plan.pdf",
  };
  const text: Block = { type: "document", source: { kind: "text", text: "words" }, title: "notes" };
  const blind: ChatTraits = { ...ABLE, images: "omitted", files: "omitted" };

  it("go as parts where they are accepted", () => {
    assert.deepEqual(messagesOf([user("See", PNG, url, pdf, text)]), [
      {
        role: "user",
        content: [
          { type: "text", text: "See" },
          IMAGE_PART,
          { type: "image_url", image_url: { url: "https://example.com/a.png" } },
          {
            type: "file",
            file: { filename: "plan.pdf", file_data: "data:application/pdf;base64,JVBE" },
          },
          { type: "text", text: "notes\n\nwords" },
        ],
      },
    ]);
  });

  it("are named where they are not, and never just left out", () => {
    const { body, lossy } = write({ turns: [user(PNG, pdf)] }, blind);
    assert.deepEqual(body["messages"], [
      {
        role: "user",
        content: "[image omitted: the model cannot see it]\n\n[document omitted: plan.pdf]",
      },
    ]);
    assert.deepEqual(lossy, ["content[].image", "content[].document"]);
    const results = [user("Hi"), assistant(call("a")), user(result("a", [PNG]))];
    assert.deepEqual(
      messagesOf(results, blind)[2],
      toolMessage("a", "[image omitted: the model cannot see it]"),
    );
  });
});

describe("blocks of Anthropic's own", () => {
  const opaque = (kind: string, raw: object): Block => ({
    type: "opaque",
    kind,
    raw: { type: kind, ...raw },
  });

  it("become text as far as they say anything", () => {
    const search = opaque("server_tool_use", { name: "web_search", input: { query: "cats" } });
    const found = opaque("web_search_tool_result", {
      content: [
        { type: "web_search_result", title: "Cats", url: "https://c.at", encrypted_content: "x" },
      ],
    });
    const { body, lossy } = write({
      turns: [user("Hi"), assistant(search, found, "Cats."), user("More")],
    });
    assert.ok(Array.isArray(body["messages"]));
    assert.equal(
      body["messages"][1].content,
      '[web_search: {"query":"cats"}]\n\nCats https://c.at\n\nCats.',
    );
    assert.deepEqual(lossy, ["content[].server_tool_use", "content[].web_search_tool_result"]);
  });

  it("are named where they say nothing", () => {
    const { body, lossy } = write({
      turns: [user("Hi", opaque("container_upload", { file_id: "f" }))],
    });
    assert.deepEqual(body["messages"], [{ role: "user", content: "Hi" }]);
    assert.deepEqual(lossy, ["content[].container_upload"]);
  });
});

describe("reasoning in the history", () => {
  const thought = (text: string, signature?: string): ThinkingBlock => ({
    type: "thinking",
    text,
    signature,
  });
  const turns = [
    user("Hi"),
    assistant(thought("alpha"), call("a")),
    user(result("a")),
    assistant(thought("beta"), "Done"),
    assistant(call("b")),
    user(result("b")),
    assistant("No thought"),
    user("More"),
  ];
  const echoed = (echo: ReasoningEcho, field: string) =>
    messagesOf(turns, { ...ABLE, echo })
      .filter((message) => at(message, "role") === "assistant")
      .map((message) => at(message, field));
  const asText = { form: "text", field: "reasoning_content", placeholder: undefined } as const;

  it("is left out where nothing must come back", () => {
    const { body, lossy } = write({ turns });
    assert.doesNotMatch(JSON.stringify(body), /alpha|beta|reasoning/);
    assert.deepEqual(lossy, ["content[].thinking"]);
  });

  it("comes back as text on turns with calls, or on all", () => {
    const withCalls = { ...asText, turns: "with_tool_calls" } as const;
    assert.deepEqual(echoed(withCalls, "reasoning_content"), ["alpha", "beta", undefined]);
    const all = { ...asText, turns: "all", field: "reasoning", placeholder: " " } as const;
    assert.deepEqual(echoed(all, "reasoning"), ["alpha", "beta", " "]);
  });

  it("comes back as the details that its signature holds, put together as a stream brings them", () => {
    const details = [
      { type: "reasoning.text", text: "ab", index: 0, signature: "s" },
      { type: "reasoning.encrypted", data: "x", index: 0 },
    ];
    const pieces = [
      [{ type: "reasoning.text", text: "a", index: 0 }],
      [{ type: "reasoning.text", text: "b", index: 0, signature: "s" }, details[1]],
    ];
    const content = pieces.map((piece) => thought("", JSON.stringify(piece)));
    const messages = messagesOf([user("Hi"), assistant(...content, "Done"), user("More")], {
      ...ABLE,
      echo: { form: "details" },
    });
    assert.deepEqual(messages[1], {
      role: "assistant",
      content: "Done",
      reasoning_details: details,
    });
  });

  it("is never a message of its own, nor another maker's", () => {
    const secret: Block = { type: "redacted_thinking", data: "x" };
    const alone = [user("Hi"), assistant(thought("hm"), secret), user("More")];
    const { body, lossy } = write({ turns: alone }, { ...ABLE, echo: { ...asText, turns: "all" } });
    assert.deepEqual(body["messages"], [{ role: "user", content: "Hi\n\nMore" }]);
    assert.deepEqual(lossy, ["content[].redacted_thinking", "content[].thinking"]);
  });

  it("is dropped and named where its signature is no details", () => {
    const turn = assistant(thought("hm", "EqQB"), "Done");
    const { body, lossy } = write(
      { turns: [user("Hi"), turn, user("More")] },
      { ...ABLE, echo: { form: "details" } },
    );
    assert.doesNotMatch(JSON.stringify(body), /hm|reasoning/);
    assert.deepEqual(lossy, ["content[].thinking"]);
  });
});

function first(list: unknown): unknown {
  return Array.isArray(list) ? list[0] : undefined;
}

function at(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null
    ? Object.entries(value).find(([k]) => k === key)?.[1]
    : undefined;
}
