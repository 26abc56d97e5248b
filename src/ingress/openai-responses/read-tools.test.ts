import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Tool, ToolChoice } from "../../canonical/index.ts";
import { read } from "./answer.fixture.ts";
import { callKinds } from "./call-kinds.ts";

const F = { type: "function", name: "f", parameters: { type: "object" }, strict: false };
const NESTED = { type: "namespace", name: "ns", description: "d", tools: [F] };
const PATCH = {
  type: "custom",
  name: "apply_patch",
  description: "Edits files.",
  format: { type: "grammar", syntax: "lark", definition: "start: x" },
};

function named(tools: readonly unknown[]): readonly string[] {
  return read({ tools }).tools.map(({ name }) => name);
}

function only(tool: unknown): Tool {
  const [first, ...others] = read({ tools: [tool] }).tools;
  assert.ok(first !== undefined && others.length === 0);
  return first;
}

describe("tools of Responses", () => {
  it("are functions with their schema as it is", () => {
    const tool = only(F);
    assert.deepEqual(tool.type === "function" && [tool.schema, tool.strict], [
      { type: "object" },
      false,
    ]);
    assert.deepEqual(only({ type: "function", name: "f", parameters: null }), {
      type: "function",
      name: "f",
      isDeferred: false,
      description: undefined,
      schema: { type: "object", properties: {} },
      strict: undefined,
      extra: undefined,
    });
  });

  it("are functions with one text where they are freeform", () => {
    const tool = only(PATCH);
    assert.ok(tool.type === "function");
    assert.deepEqual(tool.schema["required"], ["input"]);
    assert.match(
      tool.description ?? "",
      /^Edits files\.\n\nPut .*\n\n.*lark grammar:\n\nstart: x$/s,
    );
    assert.deepEqual(tool.extra, { type: "custom", format: PATCH.format });
  });

  it("have one name where they stand in a namespace, which leads back to both", () => {
    const request = read({ tools: [F, NESTED, { ...NESTED, name: "mcp__a__" }] });
    assert.deepEqual(
      request.tools.map(({ name }) => name),
      ["f", "ns__f", "mcp__a__f"],
    );
    assert.deepEqual(
      [...callKinds(request).values()],
      [
        { type: "function", name: "f" },
        { type: "function", name: "f", namespace: "ns" },
        { type: "function", name: "f", namespace: "mcp__a__" },
      ],
    );
  });

  it("are functions where the client runs them, and the server's where the provider does", () => {
    const tools = [
      { type: "local_shell" },
      { type: "shell", environment: { type: "local" } },
      { type: "shell", environment: { type: "container_auto" } },
      { type: "apply_patch" },
      { type: "tool_search", execution: "client", parameters: { type: "object", a: 1 } },
      { type: "tool_search" },
      { type: "mcp", server_label: "x" },
    ];
    const found = read({ tools }).tools.map((tool) => [tool.type, tool.name]);
    assert.deepEqual(found, [
      ["function", "local_shell"],
      ["function", "shell"],
      ["server", "shell"],
      ["function", "apply_patch"],
      ["function", "tool_search"],
      ["server", "tool_search"],
      ["server", "mcp"],
    ]);
  });

  it("are a search as the canonical form has it", () => {
    const location = { type: "approximate", city: "Bern", region: null };
    for (const type of ["web_search", "web_search_preview", "web_search_2025_08_26"]) {
      const search = { type, filters: { allowed_domains: ["a.example"] }, user_location: location };
      assert.deepEqual(only(search), {
        type: "server",
        kind: "web_search_20250305",
        name: "web_search",
        raw: {
          type: "web_search_20250305",
          name: "web_search",
          allowed_domains: ["a.example"],
          user_location: { type: "approximate", city: "Bern" },
        },
      });
    }
  });

  it("wait to be found only where the client searches", () => {
    const late = { ...F, defer_loading: true };
    const deferred = (search: object) =>
      read({ tools: [late, search] }).tools.map(
        (tool) => tool.type === "function" && tool.isDeferred,
      );
    assert.deepEqual(deferred({ type: "tool_search", execution: "client" }), [true, false]);
    assert.deepEqual(deferred({ type: "tool_search" }), [false, false]);
  });

  it("are loaded by what the conversation found, once", () => {
    const found = {
      type: "tool_search_output",
      call_id: "c",
      execution: "client",
      tools: [NESTED],
    };
    const input = [found, { type: "additional_tools", tools: [{ ...F, name: "g" }] }, found];
    const { tools } = read({
      input,
      tools: [F, { ...NESTED, tools: [{ ...F, defer_loading: true }] }],
    });
    assert.deepEqual(
      tools.map(({ name }) => name),
      ["f", "ns__f", "g"],
    );
    assert.deepEqual(named([]), []);
  });
});

describe("tool_choice of Responses", () => {
  const tools = [F, PATCH, NESTED, { type: "web_search" }];
  const ROWS: readonly (readonly [unknown, ToolChoice | undefined, (readonly string[])?])[] = [
    [null, undefined],
    ["auto", { type: "auto" }],
    ["none", { type: "none" }],
    ["required", { type: "any" }],
    [
      { type: "function", name: "f" },
      { type: "tool", name: "f" },
    ],
    [
      { type: "function", name: "f", namespace: "ns" },
      { type: "tool", name: "ns__f" },
    ],
    [
      { type: "custom", name: "apply_patch" },
      { type: "tool", name: "apply_patch" },
    ],
    [{ type: "web_search_preview" }, { type: "tool", name: "web_search" }],
    [
      { type: "allowed_tools", mode: "required", tools: [{ type: "function", name: "f" }] },
      { type: "any" },
      ["f"],
    ],
  ];
  for (const [choice, expected, left] of ROWS) {
    it(`is understood as ${JSON.stringify(choice)}`, () => {
      const request = read({ tools, tool_choice: choice });
      assert.deepEqual(request.toolChoice, expected);
      const names = request.tools.map(({ name }) => name);
      assert.deepEqual(names, left ?? ["f", "apply_patch", "ns__f", "web_search"]);
    });
  }
});
