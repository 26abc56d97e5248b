import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Block, CanonicalRequest, FunctionTool, Tool } from "../../../canonical/index.ts";
import { shownFunctions } from "./deferred-tools.ts";

const later = (name: string): FunctionTool => ({
  type: "function",
  name,
  schema: {},
  isDeferred: true,
});
const NOW: FunctionTool = { ...later("now"), isDeferred: false };

function shown(asked: Partial<CanonicalRequest>, ...content: readonly Block[]): readonly string[] {
  const request = {
    model: "m",
    system: [],
    turns: [{ role: "user", content }],
    tools: [NOW, later("a"), later("b")],
    stream: false,
    stopSequences: [],
    extra: {},
    ...asked,
  } as const satisfies CanonicalRequest;
  return shownFunctions(request).map(({ name }) => name);
}

describe("a deferred tool", () => {
  const reference = (name: string) => ({ type: "tool_reference", tool_name: name });
  const opaque = (kind: string, raw: object): Block => ({
    type: "opaque",
    kind,
    raw: { type: kind, ...raw },
  });

  it("is not shown before it was found", () => assert.deepEqual(shown({}), ["now"]));

  it("is shown when a search of the client's or of Anthropic's found it", () => {
    const content = [opaque("tool_reference", reference("a"))];
    const isError = false;
    assert.deepEqual(shown({}, { type: "tool_result", toolUseId: "1", content, isError }), [
      "now",
      "a",
    ]);
    const result = { content: { tool_references: [reference("b")] } };
    assert.deepEqual(shown({}, opaque("tool_search_tool_result", result)), ["now", "b"]);
  });

  it("is shown when it was called, or has to be", () => {
    assert.deepEqual(shown({}, { type: "tool_use", id: "1", name: "a", input: "" }), ["now", "a"]);
    assert.deepEqual(shown({ toolChoice: { type: "tool", name: "b" } }), ["now", "b"]);
  });

  it("is shown with all others where nothing here could find it", () => {
    const kind = "tool_search_tool_regex_20251119";
    const search: Tool = { type: "server", kind, name: "tool_search_tool_regex", raw: {} };
    assert.deepEqual(shown({ tools: [search, NOW, later("a")] }), ["now", "a"]);
  });
});
