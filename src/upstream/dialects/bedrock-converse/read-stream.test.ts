import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { StreamEvent } from "../../../canonical/index.ts";
import { orderProblem } from "../shared/event-order.fixture.ts";
import { openStream } from "./read-stream.ts";

const CONTEXT = { toolNames: new Map([["look", "Look"]]), callIds: new Set(["t1"]) };

type Told = readonly (readonly [event: string, data: object])[];

function read(told: Told): readonly StreamEvent[] {
  const reader = openStream(CONTEXT);
  return [
    ...told.flatMap(([event, data]) => reader.push({ event, data: JSON.stringify(data) })),
    ...reader.end(),
  ];
}

const START = ["messageStart", { role: "assistant" }] as const;
const STOP = ["messageStop", { stopReason: "end_turn" }] as const;

function delta(piece: object): Told[number] {
  return ["contentBlockDelta", { contentBlockIndex: 0, delta: piece }];
}

describe("openStream", () => {
  it("gives a call the client's own name, and an id that no other call has", () => {
    const events = read([
      START,
      ["contentBlockStart", { start: { toolUse: { toolUseId: "t1", name: "look" } } }],
      delta({ toolUse: { input: '{"a":' } }),
      delta({ toolUse: { input: "1}" } }),
      ["contentBlockStop", {}],
      ["messageStop", { stopReason: "tool_use" }],
      ["metadata", { usage: { inputTokens: 3, outputTokens: 4, cacheReadInputTokens: 5 } }],
    ]);
    assert.deepEqual(events.slice(1, 4), [
      { type: "block", block: { type: "tool_use", id: "t1_2", name: "Look" } },
      { type: "delta", delta: { type: "input", json: '{"a":' } },
      { type: "delta", delta: { type: "input", json: "1}" } },
    ]);
    assert.deepEqual(events.at(-1), {
      type: "end",
      stopReason: "tool_use",
      usage: { input: 3, output: 4, cacheRead: 5, cacheWrite5m: undefined },
    });
  });

  it("passes over what Bedrock ran itself", () => {
    const events = read([
      START,
      ["contentBlockStart", { start: { toolUse: { name: "x", type: "server_tool_use" } } }],
      delta({ toolUse: { input: "{}" } }),
      ["contentBlockStop", {}],
      ["contentBlockStart", { start: { toolResult: { toolUseId: "x" } } }],
      delta({ toolResult: [{ json: {} }] }),
      ["contentBlockStop", {}],
      delta({ text: "Done." }),
      STOP,
    ]);
    assert.deepEqual(
      events.map(({ type }) => type),
      ["start", "block", "delta", "block_end", "end"],
    );
  });

  it("tells an exception in the stream by what it means, and nothing behind it", () => {
    const cases = {
      throttlingException: "rate_limit",
      serviceUnavailableException: "overloaded",
      modelStreamErrorException: "server",
      validationException: "invalid_request",
      somethingNew: "server",
    };
    for (const [name, kind] of Object.entries(cases)) {
      const events = read([
        START,
        delta({ text: "a" }),
        [`exception:${name}`, { message: "m" }],
        STOP,
      ]);
      assert.deepEqual(events.slice(-2), [
        { type: "block_end" },
        { type: "error", error: { kind, message: "m" } },
      ]);
    }
  });

  it("tells an end from a break", () => {
    assert.equal(read([START, delta({ text: "a" })]).at(-1)?.type, "error");
    assert.equal(read([START, delta({ text: "a" }), STOP]).at(-1)?.type, "end");
  });

  it("keeps the order of events whatever comes", () => {
    const message = fc.oneof(
      fc.constant(START),
      fc.constant(STOP),
      fc.constant(["contentBlockStop", {}] as const),
      fc.constantFrom(
        delta({ text: "a" }),
        delta({ toolUse: { input: "{}" } }),
        delta({ reasoningContent: { text: "t" } }),
        delta({ reasoningContent: { signature: "s" } }),
        delta({ reasoningContent: { redactedContent: "cg==" } }),
      ),
      fc.constantFrom(
        ["contentBlockStart", { start: { toolUse: { toolUseId: "a", name: "look" } } }] as const,
        ["contentBlockStart", { start: { toolResult: {} } }] as const,
        ["exception:throttlingException", { message: "m" }] as const,
      ),
      fc.tuple(fc.string(), fc.object()),
    );
    fc.assert(
      fc.property(fc.array(message, { maxLength: 20 }), (told) => {
        assert.equal(orderProblem(read([START, ...told])), undefined);
      }),
    );
  });
});
