import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Block, CanonicalRequest, ServerTool, ToolChoice } from "../../../canonical/index.ts";
import {
  ABLE,
  assistant,
  bodyOf,
  call,
  request,
  result,
  tool,
  user,
  write,
} from "./request.fixture.ts";
import { type ChatTraits, UNKNOWN_SERVER } from "./traits.ts";
import { writeRequest } from "./write-request.ts";

const SEARCH: ServerTool = {
  type: "server",
  kind: "web_search_20250305",
  name: "web_search",
  raw: { type: "web_search_20250305", name: "web_search" },
};
const wire = (name: string, members: object = {}) => ({
  type: "function",
  function: { name, parameters: { type: "object", properties: {} }, ...members },
});

describe("writeTools", () => {
  it("writes functions, with an object for a schema in any case", () => {
    const tools = [
      tool("a", { description: "does a" }),
      tool("b", { schema: {} }),
      tool("c", { schema: { type: "object", required: ["x"] } }),
    ];
    assert.deepEqual(bodyOf({ tools })["tools"], [
      wire("a", { description: "does a" }),
      wire("b"),
      wire("c", { parameters: { type: "object", required: ["x"], properties: {} } }),
    ]);
  });

  it("offers what stands in alternatives at the top of a schema together, for one such tool fails all", () => {
    const either = [{ properties: { a: {} } }, { properties: { b: {} } }];
    const { body, lossy } = write({ tools: [tool("t", { schema: { anyOf: either } })] });
    const parameters = { type: "object", properties: { a: {}, b: {} } };
    assert.deepEqual(body["tools"], [wire("t", { parameters })]);
    assert.deepEqual(lossy, ["tools[].schema"]);
  });

  it("turns strict on only for who asked, and only where it is known", () => {
    const tools = [tool("a"), tool("b", { strict: true }), tool("c", { strict: false })];
    assert.deepEqual(bodyOf({ tools })["tools"], [
      wire("a"),
      wire("b", { strict: true }),
      wire("c", { strict: false }),
    ]);
    const { body, lossy } = write({ tools }, UNKNOWN_SERVER);
    assert.deepEqual(body["tools"], [wire("a"), wire("b"), wire("c")]);
    assert.deepEqual(lossy, ["tools[].strict"]);
  });

  it("refuses a request that has nothing but tools of Anthropic's servers", () => {
    const written = writeRequest(request({ tools: [SEARCH] }), ABLE);
    assert.ok(!written.ok);
    assert.equal(written.error.code, "not_translatable");
    assert.match(written.error.message, /web_search_20250305.*no other tool.*turn the tool off/);
  });

  it("refuses to leave out the tool that is to be used, but not one that is not", () => {
    const forced = { type: "tool", name: "web_search" } as const;
    const written = writeRequest(request({ tools: [SEARCH, tool("a")], toolChoice: forced }), ABLE);
    assert.match(
      written.ok ? "" : written.error.message,
      /web_search_20250305, and tool_choice names it\. Configure a search provider \(search\.provider/,
    );
    assert.deepEqual(write({ tools: [SEARCH], toolChoice: { type: "none" } }).lossy, [
      "tools[].web_search",
      "toolChoice",
    ]);
    const own = [SEARCH, tool("web_search")];
    assert.deepEqual(write({ tools: own, toolChoice: forced }).lossy, ["tools[].web_search"]);
  });

  it("names every tool that is missing, and no search provider for those that are none", () => {
    for (const kind of ["code_execution_20250825", "web_fetch_20250910", "computer_20250124"]) {
      const tools = [{ ...SEARCH, kind, name: "x", raw: { type: kind } }];
      const written = writeRequest(request({ tools }), ABLE);
      const message = written.ok ? "" : written.error.message;
      assert.match(message, new RegExp(`has no ${kind}, and the request has no other tool`));
      assert.doesNotMatch(message, /search\.provider/);
    }
  });

  it("leaves such tools out beside others, and says so", () => {
    const { body, lossy } = write({ tools: [SEARCH, tool("a")] });
    assert.deepEqual(body["tools"], [wire("a")]);
    assert.deepEqual(lossy, ["tools[].web_search"]);
  });

  const choices: readonly (readonly [
    string,
    ToolChoice,
    Partial<ChatTraits["toolChoice"]>,
    unknown,
    readonly string[],
  ])[] = [
    ["auto without a word", { type: "auto" }, {}, undefined, []],
    ["any", { type: "any" }, {}, "required", []],
    ["any in Mistral's word", { type: "any" }, { any: "any" }, "any", []],
    ["any where there is none", { type: "any" }, { any: undefined }, undefined, ["toolChoice"]],
    ["none", { type: "none" }, {}, "none", []],
    [
      "one tool",
      { type: "tool", name: "b" },
      {},
      { type: "function", function: { name: "b" } },
      [],
    ],
    [
      "one tool where none can be named",
      { type: "tool", name: "b" },
      { named: undefined },
      undefined,
      ["toolChoice"],
    ],
    ["a tool that is not there", { type: "tool", name: "x" }, {}, undefined, ["toolChoice"]],
  ];
  for (const [name, toolChoice, spelled, expected, lost] of choices) {
    it(`chooses ${name}`, () => {
      const traits = { ...ABLE, toolChoice: { ...ABLE.toolChoice, ...spelled } };
      const { body, lossy } = write({ tools: [tool("a"), tool("b")], toolChoice }, traits);
      assert.deepEqual(body["tool_choice"], expected);
      assert.deepEqual(lossy, lost);
    });
  }

  it("chooses by sending less where words are missing", () => {
    const traits: ChatTraits = {
      ...ABLE,
      toolChoice: { any: "any", named: "only_tool", none: "no_tools" },
    };
    const tools = [tool("a"), tool("b")];
    assert.deepEqual(bodyOf({ tools, toolChoice: { type: "tool", name: "b" } }, traits), {
      tools: [wire("b")],
      tool_choice: "any",
    });
    assert.deepEqual(bodyOf({ tools, toolChoice: { type: "none" } }, traits), {});
  });

  it("chooses nothing where there are no tools", () => {
    const { body, lossy } = write({ toolChoice: { type: "any" }, parallelToolCalls: false });
    assert.equal("tool_choice" in body, false);
    assert.equal("parallel_tool_calls" in body, false);
    assert.deepEqual(lossy, ["toolChoice"]);
  });

  it("asks for one call at a time where that can be asked", () => {
    const asked: Partial<CanonicalRequest> = { tools: [tool("a")], parallelToolCalls: false };
    assert.equal(bodyOf(asked)["parallel_tool_calls"], false);
    assert.equal("parallel_tool_calls" in bodyOf({ ...asked, parallelToolCalls: true }), false);
    assert.deepEqual(write(asked, UNKNOWN_SERVER).lossy, ["parallelToolCalls"]);
  });
});

describe("deferred tools", () => {
  const tools = [
    tool("ToolSearch"),
    tool("found", { isDeferred: true }),
    tool("other", { isDeferred: true }),
  ];
  const reference: Block = {
    type: "opaque",
    kind: "tool_reference",
    raw: { type: "tool_reference", tool_name: "found" },
  };
  const names = (members: Partial<CanonicalRequest>) =>
    JSON.stringify(bodyOf({ tools, ...members })["tools"]);

  it("are sent once the conversation names them, and the name is text there", () => {
    assert.doesNotMatch(names({}), /found|other/);
    const turns = [user("Hi"), assistant(call("a", "ToolSearch")), user(result("a", [reference]))];
    assert.match(names({ turns }), /found/);
    assert.doesNotMatch(names({ turns }), /other/);
    const { body, lossy } = write({ tools, turns });
    assert.match(JSON.stringify(body["messages"]), /The tool found is loaded/);
    assert.deepEqual(lossy, []);
  });

  it("are sent when a search of Anthropic's has found them, or they were called", () => {
    const found: Block = {
      type: "opaque",
      kind: "tool_search_tool_result",
      raw: { content: { tool_references: [{ type: "tool_reference", tool_name: "found" }] } },
    };
    assert.match(names({ turns: [user("Hi"), assistant(found, "ok"), user("Go")] }), /found/);
    assert.match(
      names({ turns: [user("Hi"), assistant(call("a", "other")), user(result("a"))] }),
      /other/,
    );
  });

  it("are all sent where only Anthropic's search could find them", () => {
    const search: ServerTool = {
      type: "server",
      kind: "tool_search_tool_regex_20251119",
      name: "tool_search",
      raw: {},
    };
    assert.match(names({ tools: [...tools, search] }), /found.*other/);
  });
});

describe("tool names", () => {
  const long = `mcp__plugin_${"x".repeat(70)}`;

  it("are shortened alike in tools, choice and history, and given back in the context", () => {
    const { body, context } = write({
      tools: [tool(long), tool("Read")],
      toolChoice: { type: "tool", name: long },
      turns: [user("Hi"), assistant(call("a", long)), user(result("a"))],
    });
    const short = [...context.toolNames].find(([, client]) => client === long)?.[0] ?? "";
    assert.match(short, /^mcp__plugin_x+_h[a-z0-9]{8}$/);
    assert.equal(short.length, 64);
    assert.equal(JSON.stringify(body).split(`"${short}"`).length - 1, 3);
    assert.doesNotMatch(JSON.stringify(body), new RegExp(long));
    assert.equal(context.toolNames.get("Read"), "Read");
  });

  it("stay apart when a shortened one meets another tool's", () => {
    const alone = [...write({ tools: [tool(long)] }).context.toolNames.keys()][0] ?? "";
    const { context } = write({ tools: [tool(long), tool(alone)] });
    assert.equal(context.toolNames.size, 2);
    assert.equal(context.toolNames.get(alone), alone);
    assert.deepEqual([...context.toolNames.values()].toSorted(), [alone, long].toSorted());
  });

  it("come with the ids of the calls so far", () => {
    const turns = [user("Hi"), assistant(call("a"), call("b")), user(result("a"), result("b"))];
    assert.deepEqual([...write({ turns }).context.callIds], ["a", "b"]);
  });
});
