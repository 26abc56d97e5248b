import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CanonicalRequest, JsonObject, ToolChoice } from "../../../canonical/index.ts";
import {
  assistant,
  call,
  makeRequest,
  result,
  serverTool,
  text,
  tool,
  user,
  write,
} from "./request.fixture.ts";
import { writeRequest } from "./request.ts";
import { BARE_TRAITS } from "./traits.fixture.ts";

const GREP = tool("grep");
const SEARCH = serverTool("web_search_20260318");
const BASH = serverTool("bash_20250124");

describe("tools", () => {
  it("are flat, with a whole schema, and strict only when asked", () => {
    const strict = tool("b", { description: "B", strict: true });
    assert.deepEqual(write({ tools: [GREP, strict] }).body["tools"], [
      {
        type: "function",
        name: "grep",
        parameters: { type: "object", properties: {} },
        strict: false,
      },
      {
        type: "function",
        name: "b",
        description: "B",
        parameters: { type: "object", properties: {} },
        strict: true,
      },
    ]);
  });

  it("offer alternatives at the top of a schema together", () => {
    const schema: JsonObject = {
      $schema: "x",
      type: "object",
      properties: { a: { type: "string" } },
      required: ["a"],
      oneOf: [{ properties: { b: { type: "number" } }, required: ["b"] }, { properties: 7 }],
    };
    const { body, lossy } = write({ tools: [tool("t", { schema })] });
    const [written] = Array.isArray(body["tools"]) ? body["tools"] : [];
    assert.deepEqual(written.parameters, {
      $schema: "x",
      type: "object",
      properties: { b: { type: "number" }, a: { type: "string" } },
      required: ["a"],
    });
    assert.deepEqual(lossy, ["tools[].schema"]);
  });

  const CHOICES: readonly (readonly [ToolChoice | undefined, unknown, readonly string[]])[] = [
    [undefined, undefined, []],
    [{ type: "auto" }, "auto", []],
    [{ type: "any" }, "required", []],
    [{ type: "none" }, "none", []],
    [{ type: "tool", name: "grep" }, { type: "function", name: "grep" }, []],
    [{ type: "tool", name: "web_search" }, { type: "web_search" }, []],
    [{ type: "tool", name: "gone" }, "auto", ["toolChoice"]],
  ];
  for (const [toolChoice, written, lossy] of CHOICES) {
    it(`are chosen by ${JSON.stringify(toolChoice)}`, () => {
      const seen = write({ tools: [GREP, SEARCH], toolChoice });
      assert.deepEqual(seen.body["tool_choice"], written);
      assert.deepEqual(seen.lossy, lossy);
    });
  }

  it("are not chosen, nor run one at a time, where there are none", () => {
    const none = write({ toolChoice: { type: "any" }, parallelToolCalls: false });
    assert.equal(none.body["tool_choice"], undefined);
    assert.equal(none.body["parallel_tool_calls"], undefined);
    assert.deepEqual(none.lossy, ["toolChoice"]);
    const one = write({ tools: [GREP], parallelToolCalls: false });
    assert.equal(one.body["parallel_tool_calls"], false);
  });

  it("search the web where the upstream can", () => {
    const raw = {
      allowed_domains: ["a.org"],
      blocked_domains: ["b.org"],
      max_uses: 3,
      user_location: { type: "approximate", city: "Ulm" },
    };
    const { body, lossy } = write({ tools: [serverTool("web_search_20250305", raw)] });
    assert.deepEqual(body["tools"], [
      {
        type: "web_search",
        filters: { allowed_domains: ["a.org"] },
        user_location: { type: "approximate", city: "Ulm" },
      },
    ]);
    assert.deepEqual(body["include"], [
      "reasoning.encrypted_content",
      "web_search_call.action.sources",
    ]);
    assert.deepEqual(lossy, ["tools[].web_search.blocked_domains", "tools[].web_search.max_uses"]);
  });

  it("leave out what only another provider runs, and say so", () => {
    const { body, lossy } = write({ tools: [GREP, SEARCH, BASH] }, { webSearch: false });
    assert.equal(Array.isArray(body["tools"]) && body["tools"].length, 1);
    assert.deepEqual(lossy, ["tools[].web_search", "tools[].bash"]);
  });

  it("refuse a request that could use nothing else", () => {
    const written = writeRequest(makeRequest({ tools: [SEARCH] }), BARE_TRAITS);
    assert.ok(!written.ok);
    assert.equal(written.error.code, "not_translatable");
    assert.match(
      written.error.message,
      /has no web_search_20260318.*no other tool.*search\.provider/,
    );
  });

  it("that are deferred come with what found them", () => {
    const later = (name: string) => tool(name, { isDeferred: true });
    const tools = [GREP, later("a"), later("b"), later("c")];
    const found = { type: "opaque", kind: "tool_reference", raw: { tool_name: "a" } } as const;
    const turns = [
      assistant(call("1"), call("2", "{}", "b")),
      user(result("1", found), result("2", text("x"))),
    ];
    assert.deepEqual(namesOf({ tools }), ["grep"]);
    assert.deepEqual(namesOf({ tools, turns }), ["grep", "a", "b"]);
    const search = serverTool("tool_search_tool_regex_20251119");
    assert.deepEqual(namesOf({ tools: [...tools, search] }), ["grep", "a", "b", "c"]);
  });
});

function namesOf(request: Partial<CanonicalRequest>): readonly unknown[] {
  const { tools } = write(request).body;
  return Array.isArray(tools) ? tools.map(({ name }) => name) : [];
}
