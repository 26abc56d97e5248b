import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isObject } from "../../base/json.ts";
import type { JsonObject, StreamEvent } from "../../canonical/index.ts";
import { block, call, END, eventsOf, factsOf, START, say, typesOf } from "./answer.fixture.ts";

const TOOLS = [
  { type: "custom", name: "apply_patch" },
  { type: "namespace", name: "ns", tools: [{ type: "function", name: "f" }] },
  { type: "local_shell" },
  { type: "tool_search", execution: "client" },
];

function outputOf(...events: readonly StreamEvent[]): readonly JsonObject[] {
  const said = eventsOf([START, ...events, END], factsOf({ tools: TOOLS }));
  const response = said.at(-1)?.["response"];
  assert.ok(isObject(response) && Array.isArray(response["output"]));
  const done = said.filter(({ type }) => type === "response.output_item.done");
  assert.deepEqual(
    done.map(({ item }) => item),
    response["output"],
  );
  return response["output"].map(({ id: _id, ...item }: JsonObject) => item);
}

describe("an item of a written stream", () => {
  const ITEMS: readonly (readonly [string, readonly StreamEvent[], readonly JsonObject[]])[] = [
    [
      "texts that follow each other as parts of one message",
      [...say("a"), ...say("b")],
      [
        {
          type: "message",
          role: "assistant",
          status: "completed",
          content: ["a", "b"].map((text) => ({
            type: "output_text",
            text,
            annotations: [],
            logprobs: [],
          })),
        },
      ],
    ],
    [
      "a thought without text, by its seal alone",
      block({ type: "thinking" }, { type: "signature", signature: "spw1.a" }),
      [{ type: "reasoning", summary: [], encrypted_content: "spw1.a" }],
    ],
    [
      "a hidden thought, told apart from it",
      block({ type: "redacted_thinking", data: "spw1.a" }),
      [{ type: "reasoning", summary: [], encrypted_content: "redacted.spw1.a" }],
    ],
    [
      "a call without input with an empty object",
      call("g"),
      [
        {
          type: "function_call",
          call_id: "c1",
          name: "g",
          arguments: "{}",
          status: "completed",
        },
      ],
    ],
    [
      "a call that broke off as incomplete",
      call("g", '{"a'),
      [
        {
          type: "function_call",
          call_id: "c1",
          name: "g",
          arguments: '{"a',
          status: "incomplete",
        },
      ],
    ],
    [
      "a call of a tool in a namespace by both names",
      call("ns__f", "{}"),
      [
        {
          type: "function_call",
          call_id: "c1",
          name: "f",
          namespace: "ns",
          arguments: "{}",
          status: "completed",
        },
      ],
    ],
    [
      "a freeform call with its raw text",
      call("apply_patch", '{"input":"*** Begin', '\\n+\\"a\\""}'),
      [
        {
          type: "custom_tool_call",
          call_id: "c1",
          name: "apply_patch",
          input: '*** Begin\n+"a"',
          status: "completed",
        },
      ],
    ],
    [
      "a built-in tool's call as the client knows it",
      call("local_shell", '{"command":["ls"]}'),
      [
        {
          type: "local_shell_call",
          call_id: "c1",
          action: { type: "exec", command: ["ls"] },
          status: "completed",
        },
      ],
    ],
    [
      "a search for tools that the client makes",
      call("tool_search", '{"query":"q"}'),
      [
        {
          type: "tool_search_call",
          call_id: "c1",
          execution: "client",
          arguments: { query: "q" },
          status: "completed",
        },
      ],
    ],
    [
      "a search and what it found as one item",
      [
        ...block(
          {
            type: "opaque",
            kind: "server_tool_use",
            raw: { type: "server_tool_use", id: "s1", name: "web_search", input: {} },
          },
          { type: "opaque", raw: { type: "input_json_delta", partial_json: '{"query":' } },
          { type: "opaque", raw: { type: "input_json_delta", partial_json: '"q"}' } },
        ),
        ...block({
          type: "opaque",
          kind: "web_search_tool_result",
          raw: {
            type: "web_search_tool_result",
            tool_use_id: "s1",
            content: [{ type: "web_search_result", url: "https://a.example" }],
          },
        }),
      ],
      [
        {
          type: "web_search_call",
          status: "completed",
          action: {
            type: "search",
            query: "q",
            sources: [{ type: "url", url: "https://a.example" }],
          },
        },
      ],
    ],
    [
      "what nobody knows, as it came",
      block({ type: "opaque", kind: "new_thing", raw: { type: "new_thing", a: 1 } }),
      [{ type: "new_thing", a: 1 }],
    ],
  ];
  for (const [name, events, expected] of ITEMS) {
    it(`tells ${name}`, () => assert.deepEqual(outputOf(...events), expected));
  }

  it("tells a freeform call's text in events of its own", () => {
    const said = eventsOf(
      [START, ...call("apply_patch", '{"input":"x"}'), END],
      factsOf({ tools: TOOLS }),
    );
    assert.deepEqual(typesOf(said).slice(2, -1), [
      "output_item.added",
      "custom_tool_call_input.delta",
      "custom_tool_call_input.done",
      "output_item.done",
    ]);
    assert.equal(said[3]?.["delta"], "x");
    assert.equal(said[4]?.["input"], "x");
  });
});
