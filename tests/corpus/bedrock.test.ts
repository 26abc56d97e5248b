import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { collectMessage, type Message, type StreamEvent } from "../../src/canonical/index.ts";
import { orderProblem } from "../../src/upstream/dialects/shared/event-order.fixture.ts";
import { FrameSplitter } from "../../src/upstream/eventstream/frame-splitter.ts";
import { provider } from "../../src/upstream/providers/bedrock/index.ts";
import { at, type Exchange, headerOf, textAt } from "../conformance/exchange.ts";
import { seededRandom, splitRandomly } from "../conformance/random-splits.ts";
import { corpusExchanges, noSharedRecordings } from "../conformance/shared-recordings.ts";
import { eventsOf, unshape } from "./bedrock-replay.ts";

const NO_CONTEXT = { toolNames: new Map<string, string>(), callIds: new Set<string>() };
const CLAUDE = provider.dialectFor("us.anthropic.claude-sonnet-4-5-20250929-v1:0");
const OTHER = provider.dialectFor("us.amazon.nova-2-lite-v1:0");
const SPLITS = 25;

function recorded(protocol: string): readonly Exchange[] {
  return noSharedRecordings === false ? corpusExchanges(protocol) : [];
}

function shapeOf(dialect: typeof CLAUDE) {
  assert.ok(dialect.shape !== undefined);
  return dialect.shape;
}

function isStream({ response }: Exchange): boolean {
  return headerOf(response.headers, "content-type")?.includes("eventstream") === true;
}

describe("Claude's answers on Bedrock, as recorded", { skip: noSharedRecordings }, () => {
  const exchanges = recorded("bedrock-invoke-anthropic");
  for (const exchange of exchanges.filter(isStream)) {
    it(`re-frames ${exchange.name}, each event as it was told`, () => {
      const frames = new FrameSplitter().push(exchange.response.body);
      assert.ok(frames.ok);
      const told = frames.value.map(({ payload }) => {
        const bytes = textAt(JSON.parse(payload.toString()), "bytes") ?? "";
        return Buffer.from(bytes, "base64").toString();
      });
      const events = eventsOf(unshape(exchange, shapeOf(CLAUDE)).body);
      assert.equal(events.length, told.length);
      for (const [index, { event, data }] of events.entries()) {
        const original = told[index] ?? "";
        assert.equal(event, textAt(JSON.parse(original), "type"));
        if (original.includes("amazon-bedrock-invocationMetrics")) {
          assert.equal(data, '{"type":"message_stop"}');
        } else assert.equal(data, original);
      }
      checkSplits(exchange, CLAUDE);
    });
  }
  for (const exchange of exchanges.filter((each) => !isStream(each))) {
    it(`passes ${exchange.name} byte for byte`, () => {
      const { head, body } = unshape(exchange, shapeOf(CLAUDE));
      assert.equal(head.status, exchange.response.status);
      assert.deepEqual(body, exchange.response.body);
    });
  }
  it("has seen all of them", () => assert.ok(exchanges.length >= 23, String(exchanges.length)));
});

describe("Converse on recorded traffic", { skip: noSharedRecordings }, () => {
  const exchanges = recorded("bedrock-converse");
  for (const exchange of exchanges) it(`reads ${exchange.name}`, () => replay(exchange));
  it("has seen all of them", () => assert.ok(exchanges.length >= 49, String(exchanges.length)));
});

describe("Bedrock's counts of tokens, as recorded", { skip: noSharedRecordings }, () => {
  for (const exchange of recorded("bedrock-count-tokens")) {
    it(`reads ${exchange.name}`, () => {
      const body = JSON.parse(exchange.response.body.toString());
      const count = OTHER.counter?.readCount(body);
      const tokens: unknown = body.inputTokens;
      assert.equal(count?.ok, typeof tokens === "number");
      if (count?.ok) assert.equal(count.value, tokens);
    });
  }
});

function replay(exchange: Exchange): void {
  const { status, headers, body } = exchange.response;
  if (status !== 200) {
    const error = OTHER.readError(status ?? 0, headers, body);
    assert.ok(["invalid_request", "not_found"].includes(error.kind), JSON.stringify(error));
    assert.equal(error.message, textAt(JSON.parse(body.toString()), "message"));
    return;
  }
  if (!isStream(exchange)) {
    const told = JSON.parse(body.toString());
    const message = OTHER.readMessage(told, NO_CONTEXT);
    assert.ok(message.ok, JSON.stringify(message));
    compare(message.value, contentOf(told), told.stopReason, told.usage);
    return;
  }
  const events = checkSplits(exchange, OTHER);
  assert.equal(orderProblem(events), undefined);
  const message = collectMessage(events);
  assert.ok(message.ok, JSON.stringify(message));
  const told = framesTold(exchange);
  compare(message.value, told.content, told.stopReason, told.usage);
}

/** The events of the whole body, which every split has to give again. */
function checkSplits(exchange: Exchange, dialect: typeof CLAUDE): readonly StreamEvent[] {
  const random = seededRandom(exchange.response.body.length);
  const read = (pieces: readonly Buffer[]): readonly StreamEvent[] => {
    const { body, hasFailed } = unshape(exchange, shapeOf(dialect), pieces);
    assert.equal(hasFailed, false);
    const reader = dialect.openStream(NO_CONTEXT);
    return [...eventsOf(body).flatMap((event) => reader.push(event)), ...reader.end()];
  };
  const events = read([exchange.response.body]);
  for (let round = 0; round < SPLITS; round += 1) {
    assert.deepEqual(read(splitRandomly(exchange.response.body, random)), events);
  }
  return events;
}

interface Content {
  text: string;
  thinking: string;
  redacted: number;
  readonly calls: { readonly name: string; input: unknown }[];
}

function nothing(): Content {
  return { text: "", thinking: "", redacted: 0, calls: [] };
}

/** What a whole answer says, read apart from the code under test. */
function contentOf(body: unknown): Content {
  const content = nothing();
  for (const block of listed(at(body, "output", "message", "content"))) {
    content.text += textAt(block, "text") ?? "";
    content.thinking += textAt(block, "reasoningContent", "reasoningText", "text") ?? "";
    if (at(block, "reasoningContent", "redactedContent") !== undefined) content.redacted += 1;
    const call = at(block, "toolUse");
    if (call !== undefined && textAt(call, "type") !== "server_tool_use") {
      content.calls.push({ name: textAt(call, "name") ?? "", input: at(call, "input") });
    }
  }
  return content;
}

/** The same of a stream's messages. */
function framesTold({ response }: Exchange) {
  const frames = new FrameSplitter().push(response.body);
  assert.ok(frames.ok);
  const content = nothing();
  const inputs = new Map<unknown, { json: string; name: string }>();
  let stopReason: unknown;
  let usage: unknown;
  for (const { payload } of frames.value) {
    const value: unknown = JSON.parse(payload.toString());
    const index = at(value, "contentBlockIndex");
    const call = at(value, "start", "toolUse");
    if (call !== undefined && textAt(call, "type") !== "server_tool_use") {
      inputs.set(index, { json: "", name: textAt(call, "name") ?? "" });
    }
    content.text += textAt(value, "delta", "text") ?? "";
    content.thinking += textAt(value, "delta", "reasoningContent", "text") ?? "";
    if (at(value, "delta", "reasoningContent", "redactedContent") !== undefined) {
      content.redacted += 1;
    }
    const open = inputs.get(index);
    if (open !== undefined) open.json += textAt(value, "delta", "toolUse", "input") ?? "";
    stopReason ??= at(value, "stopReason");
    usage ??= at(value, "usage");
  }
  for (const { json, name } of inputs.values()) {
    content.calls.push({ name, input: json === "" ? {} : JSON.parse(json) });
  }
  return { content, stopReason, usage };
}

function compare(message: Message, told: Content, stopReason: unknown, usage: unknown): void {
  const said = nothing();
  for (const block of message.content) {
    if (block.type === "text") said.text += block.text;
    else if (block.type === "thinking") said.thinking += block.text;
    else if (block.type === "redacted_thinking") said.redacted += 1;
    else if (block.type === "tool_use") {
      const input: unknown = block.input === "" ? {} : JSON.parse(block.input);
      said.calls.push({ name: block.name, input });
    }
  }
  assert.deepEqual(said, told);
  const isCalled = told.calls.length > 0;
  const expected = /guardrail|filtered/.test(String(stopReason)) ? "refusal" : stopReason;
  assert.equal(message.stopReason, isCalled && expected !== "max_tokens" ? "tool_use" : expected);
  assert.equal(message.usage?.input, at(usage, "inputTokens"));
  assert.equal(message.usage?.output, at(usage, "outputTokens"));
  assert.equal(message.usage?.cacheRead ?? 0, at(usage, "cacheReadInputTokens") ?? 0);
}

function listed(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
