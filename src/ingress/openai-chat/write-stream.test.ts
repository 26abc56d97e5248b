import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Block, messageEvents, type StreamEvent } from "../../canonical/index.ts";
import { streamEvents } from "../anthropic/stream-events.fixture.ts";
import { FACTS, WITH_USAGE } from "./facts.fixture.ts";
import { openAiChatDialect } from "./index.ts";

const START: StreamEvent = { type: "start", id: "c1", model: "served" };
const END: StreamEvent = { type: "end", stopReason: "end_turn", usage: { input: 3, output: 4 } };

/** The data of each event, parsed where it is JSON. */
function write(events: readonly StreamEvent[], facts = FACTS) {
  const writer = openAiChatDialect.canonical.openWriter(facts);
  const text = events.map((event) => writer.push(event)).join("");
  return text
    .split("\n\n")
    .filter((event) => event !== "")
    .map((event) => {
      assert.match(event, /^data: [^\n]*$/);
      const data = event.slice("data: ".length);
      return data === "[DONE]" ? data : JSON.parse(data);
    });
}

function call(id: string, ...pieces: readonly string[]): readonly StreamEvent[] {
  return [
    { type: "block", block: { type: "tool_use", id, name: "Read" } },
    ...pieces.map((json): StreamEvent => ({ type: "delta", delta: { type: "input", json } })),
    { type: "block_end" },
  ];
}

function deltasOf(events: readonly StreamEvent[]) {
  return write(events)
    .filter((chunk) => chunk !== "[DONE]")
    .map((chunk) => chunk.choices[0].delta);
}

describe("StreamWriter", () => {
  it("keeps the API's order for every stream that keeps the contract", () => {
    fc.assert(
      fc.property(streamEvents, fc.constantFrom(FACTS, WITH_USAGE), (events, facts) => {
        const sent = write(events, facts);
        const last = sent.at(-1);
        const chunks = sent.filter((data) => data !== "[DONE]" && !("error" in data));
        assert.equal(events.at(-1)?.type === "end", last === "[DONE]");
        assert.equal(sent.length - chunks.length, 1);
        const told = chunks.filter(({ choices }) => choices.length > 0);
        assert.equal(chunks[0].choices[0].delta.role, "assistant");
        const finishes = told.filter(({ choices }) => choices[0].finish_reason !== null);
        assert.equal(finishes.length, last === "[DONE]" ? 1 : 0);
        if (last !== "[DONE]") return;
        assert.equal(told.at(-1), finishes[0]);
        assert.deepEqual(finishes[0].choices[0].delta, {});
        assert.equal(chunks.length - told.length, facts === WITH_USAGE ? 1 : 0);
      }),
    );
  });

  it("counts calls alone, and names each once", () => {
    fc.assert(
      fc.property(streamEvents, (events) => {
        const opened: number[] = [];
        for (const { tool_calls: calls } of write(events).flatMap(deltaIn)) {
          for (const { index, id, function: told } of calls ?? []) {
            if (id !== undefined) opened.push(index);
            assert.equal(index, opened.at(-1));
            assert.equal(id === undefined, told.name === undefined);
          }
        }
        assert.deepEqual(opened, [...opened.keys()]);
      }),
    );
  });

  it("tells a stream as the whole answer would be told", () => {
    const content: readonly Block[] = [
      { type: "thinking", text: "Hm.", signature: "spw1.a" },
      { type: "text", text: "Hi" },
      { type: "thinking", text: "", signature: "spw1.b" },
      { type: "tool_use", id: "call_1", name: "Read", input: "{}" },
    ];
    const message = { id: "c1", model: "m", content, stopReason: "tool_use" } as const;
    const whole = JSON.parse(openAiChatDialect.canonical.writeMessage(message, FACTS));
    const deltas = deltasOf(messageEvents(message));
    const joined = (key: string) => deltas.map((delta) => delta[key] ?? "").join("");
    const said = whole.choices[0].message;
    assert.equal(joined("content"), said.content);
    assert.equal(joined("reasoning_content"), said.reasoning_content);
    const [opened] = deltas.flatMap((delta) => delta.tool_calls ?? []);
    assert.deepEqual(opened.extra_content, said.tool_calls[0].extra_content);
  });

  it("opens a call with its name and goes on with its arguments", () => {
    const calls = deltasOf([START, ...call("a", '{"n":', "1}"), ...call("b"), END]).flatMap(
      (delta) => delta.tool_calls ?? [],
    );
    assert.deepEqual(calls, [
      { index: 0, id: "a", type: "function", function: { name: "Read", arguments: "" } },
      { index: 0, function: { arguments: '{"n":' } },
      { index: 0, function: { arguments: "1}" } },
      { index: 1, id: "b", type: "function", function: { name: "Read", arguments: "" } },
      { index: 1, function: { arguments: "{}" } },
    ]);
  });

  it("tells usage in a chunk of its own, to clients that ask", () => {
    const chunks = write([START, END], WITH_USAGE).slice(0, -1);
    assert.deepEqual(
      chunks.map(({ choices, usage }) => [choices.length, usage?.total_tokens]),
      [
        [1, undefined],
        [1, undefined],
        [0, 7],
      ],
    );
    for (const chunk of write([START, END]).slice(0, -1)) assert.ok(!("usage" in chunk));
  });

  it("ends a broken stream with its error alone, and never as a 401 of the gateway's own", () => {
    const error = { kind: "authentication", message: "bad key sk-secret" } as const;
    const sent = write([START, { type: "error", error }], { ...FACTS, credential: "gateway" });
    assert.equal(sent.length, 2);
    assert.equal(sent[1].error.code, "provider_credential_refused");
    assert.doesNotMatch(JSON.stringify(sent), /sk-secret/);
  });

  it("has a ping that is no event", () => {
    assert.match(openAiChatDialect.canonical.ping, /^: [a-z]+\n\n$/);
  });
});

function deltaIn(data: unknown) {
  const chunk = JSON.parse(JSON.stringify(data));
  return (chunk.choices ?? []).flatMap((choice: { readonly delta: unknown }) => [
    JSON.parse(JSON.stringify(choice.delta)),
  ]);
}
