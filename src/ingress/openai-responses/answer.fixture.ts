import assert from "node:assert/strict";
import { isObject, parseJson } from "../../base/json.ts";
import type {
  BlockDelta,
  CanonicalRequest,
  JsonObject,
  OpenedBlock,
  StreamEvent,
} from "../../canonical/index.ts";
import type { AnswerFacts } from "../../exchange/dialect.ts";
import { readRequest } from "./read-request.ts";
import { StreamWriter } from "./write-answer.ts";

/** A request that is read, and has to be possible. */
export function read(body: JsonObject): CanonicalRequest {
  const result = readRequest({ model: "m", input: "Hi", ...body });
  assert.ok(result.ok, result.ok ? "" : result.error.message);
  return result.value;
}

/** Reads a body and compares the members that are expected; the others may be anything. */
export function checkRead(body: JsonObject, expected: Partial<CanonicalRequest>): void {
  const request: JsonObject = { ...read(body) };
  const found = Object.fromEntries(Object.keys(expected).map((key) => [key, request[key]]));
  // Undefined is as good as absent.
  assert.deepEqual(JSON.parse(JSON.stringify(found)), expected);
}

/** What is known of the answer to a request. */
export function factsOf(body: JsonObject = {}): AnswerFacts {
  return {
    requestId: "req_01k2m3n4p5q6r7s8t9v0w1x2y3",
    request: read(body),
    model: "asked",
    estimatedInputTokens: 1_000,
    credential: "gateway",
  };
}

/** The events of a written stream. */
export function eventsOf(
  events: readonly StreamEvent[],
  facts: AnswerFacts = factsOf(),
): readonly JsonObject[] {
  const writer = new StreamWriter(facts);
  return parseEvents(events.map((event) => writer.push(event)).join(""));
}

/** Fails where a text is anything but whole events whose name and type agree. */
export function parseEvents(text: string): readonly JsonObject[] {
  if (text === "") return [];
  assert.ok(text.endsWith("\n\n"));
  return text
    .slice(0, -2)
    .split("\n\n")
    .map((event) => {
      const [, name, json] = /^event: ([^\n]*)\ndata: ([^\n]*)$/.exec(event) ?? [];
      assert.ok(name !== undefined && json !== undefined, event);
      const parsed = parseJson(json, { maxBytes: 2 ** 24 });
      assert.ok(parsed.ok && isObject(parsed.value));
      assert.equal(parsed.value["type"], name);
      return parsed.value;
    });
}

export const START: StreamEvent = { type: "start", id: "msg_1", model: "served" };
export const END: Extract<StreamEvent, { readonly type: "end" }> = {
  type: "end",
  stopReason: "end_turn",
  usage: { input: 10, cacheRead: 5, cacheWrite5m: 2, output: 7, reasoning: 3 },
};

export function block(
  opened: OpenedBlock,
  ...deltas: readonly BlockDelta[]
): readonly StreamEvent[] {
  return [
    { type: "block", block: opened },
    ...deltas.map((delta): StreamEvent => ({ type: "delta", delta })),
    { type: "block_end" },
  ];
}

export const say = (text: string) => block({ type: "text" }, { type: "text", text });
export const call = (name: string, ...pieces: readonly string[]) =>
  block(
    { type: "tool_use", id: "c1", name },
    ...pieces.map((json) => ({ type: "input" as const, json })),
  );

/** The types of events, short. */
export function typesOf(events: readonly JsonObject[]): readonly string[] {
  return events.map(({ type }) => String(type).replace("response.", ""));
}
