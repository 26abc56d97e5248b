import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { StreamEvent } from "../../../canonical/index.ts";
import { callDelta, chunk, DONE, NO_CONTEXT, read, type Sent } from "./chunks.fixture.ts";
import { readError } from "./read-error.ts";
import { readMessage } from "./read-message.ts";
import { openStream } from "./stream-reader.ts";
import { ThinkTags } from "./think-tags.ts";
import { type ChatTraits, UNKNOWN_SERVER } from "./traits.ts";

const TEXTS = fc.constantFrom("", " ", "\n", "a", "<think>", "</think>", "<thi", "nk>", "{", "}");
const ARGS = fc.constantFrom("", "{}", '{"a":', "1}", "}", "null", " ", '{"a":1}');
const IDS = fc.constantFrom("", "a", "b", "f.x:0");
const CALL = fc
  .tuple(
    fc.constantFrom(undefined, 0, 1, 2),
    IDS,
    fc.constantFrom(undefined, "", "Read", "Bash"),
    ARGS,
  )
  .map(([index, id, name, args]) =>
    callDelta({ ...(index === undefined ? {} : { index }), id }, name, args),
  );
const DETAIL = fc
  .record({
    type: fc.constantFrom("reasoning.text", "reasoning.encrypted"),
    index: fc.nat(1),
    text: TEXTS,
    data: fc.constantFrom(undefined, "x"),
  })
  .map((detail) => ({ reasoning_details: [detail] }));
const DELTA = fc.oneof(
  TEXTS.map((content) => ({ content })),
  TEXTS.map((reasoning) => ({ reasoning })),
  TEXTS.map((refusal) => ({ refusal })),
  DETAIL,
  CALL,
  CALL,
  fc
    .tuple(TEXTS, TEXTS, CALL)
    .map(([content, reasoning, call]) => ({ content, reasoning, ...call })),
);
const FINISH = fc.option(
  fc.constantFrom("stop", "tool_calls", "length", "error", "content_filter"),
  {
    freq: 8,
  },
);
const CHUNK: fc.Arbitrary<Sent> = fc
  .tuple(DELTA, FINISH)
  .map(([delta, finish]) => chunk(delta, finish));
const ODD: fc.Arbitrary<Sent> = fc.oneof(
  fc.constantFrom<Sent>(DONE, "", "nonsense", "[]", "null", '{"error":{"message":"x"}}'),
  fc.constantFrom<Sent>({}, { choices: [] }, { choices: [null] }, { choices: "x" }),
);
const SENT = fc.array(fc.oneof({ weight: 12, arbitrary: CHUNK }, { weight: 1, arbitrary: ODD }), {
  maxLength: 14,
});
const TRAITS: fc.Arbitrary<Partial<ChatTraits>> = fc.record({
  toolCalls: fc.constantFrom("live", "held"),
  echo: fc.constantFrom({ form: "nothing" }, { form: "details" }),
});

describe("ChatStreamReader on any chunks", () => {
  it("tells one start, then blocks that never overlap, and an end or an error last", () => {
    fc.assert(
      fc.property(SENT, TRAITS, (sent, traits) => {
        assertOrder(read(sent, traits));
      }),
      { numRuns: 3_000 },
    );
  });

  it("tells all arguments of every call, however their pieces are mixed", () => {
    const calls = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), {
      minLength: 1,
      maxLength: 4,
    });
    const turns = fc.array(fc.tuple(fc.nat(3), fc.nat(6)), { maxLength: 40 });
    fc.assert(
      fc.property(calls, turns, fc.constantFrom("live", "held"), (objects, order, toolCalls) => {
        const texts = objects.map((object) => JSON.stringify(object));
        const pieces = mixed(texts, order).map(([index, args]) =>
          chunk(callDelta({ index }, undefined, args)),
        );
        const opened = texts.map((_, index) =>
          chunk(callDelta({ index, id: `c${index}` }, "Read")),
        );
        const events = read([...opened, ...pieces, chunk({}, "tool_calls")], { toolCalls });
        assertOrder(events);
        assert.deepEqual(inputsOf(events), texts);
      }),
      { numRuns: 1_000 },
    );
  });

  it("survives anything that may stand in an event", () => {
    const data = fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((json) => `{"choices":[{"delta":${json}}]}`),
    );
    const event = fc.record({ event: fc.constantFrom(undefined, "error", "x"), data });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 6 }), (events) => {
        const reader = openStream(UNKNOWN_SERVER, NO_CONTEXT);
        assertOrder([...events.flatMap((each) => reader.push(each)), ...reader.end()]);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("the other readers on anything", () => {
  it("never throw", () => {
    const body = fc.oneof(
      fc.dictionary(fc.constantFrom("choices", "error", "usage", "id"), fc.jsonValue()),
      fc.jsonValue().map((message) => ({ choices: [{ message }] })),
    );
    fc.assert(
      fc.property(body, fc.nat(700), (value, status) => {
        readMessage(value, UNKNOWN_SERVER, NO_CONTEXT);
        readError(status, [], Buffer.from(JSON.stringify(value)));
      }),
      { numRuns: 1_000 },
    );
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        assert.ok(readError(400, [], Buffer.from(bytes)).message.length > 0);
      }),
    );
  });
});

describe("ThinkTags", () => {
  it("says the same at any split", () => {
    fc.assert(
      fc.property(fc.array(TEXTS, { maxLength: 10 }), (pieces) => {
        assert.deepEqual(split(pieces), split([pieces.join("")]));
      }),
      { numRuns: 2_000 },
    );
  });
});

/** The texts in pieces: whose turn it is and how long each piece is, then what is left of each. */
function mixed(texts: readonly string[], order: readonly (readonly [number, number])[]) {
  const left = [...texts];
  const turns = [...order, ...texts.map((text, i) => [i, text.length] as const)];
  return turns.flatMap(([turn, length]): readonly (readonly [number, string])[] => {
    const index = turn % texts.length;
    const rest = left[index] ?? "";
    left[index] = rest.slice(length);
    return [[index, rest.slice(0, length)]];
  });
}

function split(pieces: readonly string[]) {
  const tags = new ThinkTags();
  const said = [...pieces.flatMap((piece) => tags.push(piece)), ...tags.end()];
  const all = (kind: string): string =>
    said.map((each) => (each.kind === kind ? each.text : "")).join("");
  return { thinking: all("thinking"), text: all("text") };
}

function inputsOf(events: readonly StreamEvent[]): readonly string[] {
  const inputs: string[] = [];
  for (const event of events) {
    if (event.type === "block" && event.block.type === "tool_use") inputs.push("");
    if (event.type === "delta" && event.delta.type === "input") {
      inputs.push(`${inputs.pop() ?? ""}${event.delta.json}`);
    }
  }
  return inputs;
}

function assertOrder(events: readonly StreamEvent[]): void {
  let open: string | undefined;
  for (const [i, event] of events.entries()) {
    const isEnd = event.type === "end" || event.type === "error";
    assert.equal(isEnd, i === events.length - 1, `${event.type} at ${i}`);
    if (event.type !== "error") assert.equal(event.type === "start", i === 0, `start at ${i}`);
    if (event.type === "block") {
      assert.equal(open, undefined);
      open = event.block.type;
    } else if (event.type === "delta") {
      const kinds: Readonly<Record<string, string>> = { signature: "thinking", input: "tool_use" };
      assert.equal(kinds[event.delta.type] ?? event.delta.type, open);
    } else if (event.type === "block_end") {
      assert.notEqual(open, undefined);
      open = undefined;
    } else if (event.type === "end") {
      assert.equal(open, undefined);
    }
  }
}
