import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isObject } from "../../src/base/json.ts";
import type { Block, StreamEvent, Turn } from "../../src/canonical/index.ts";
import { anthropicDialect } from "../../src/ingress/anthropic/errors.ts";
import { geminiClientDialect } from "../../src/ingress/gemini/index.ts";
import { FACTS, REQUEST } from "../../src/ingress/openai-chat/facts.fixture.ts";
import { openAiChatDialect } from "../../src/ingress/openai-chat/index.ts";
import { openAiResponsesDialect } from "../../src/ingress/openai-responses/index.ts";
import type { BoundDialect } from "../../src/upstream/dialects/bind.ts";
import { PROVIDERS } from "../../src/upstream/providers/registry.generated.ts";
import { parseEvent } from "../../src/upstream/sse/parse-event.ts";
import { SseSplitter } from "../../src/upstream/sse/splitter.ts";

/** Each dialect as we speak it to clients, and as we read it from upstreams. */
const DIALECTS = [
  { client: anthropicDialect, provider: "anthropic-compatible", model: "m" },
  { client: openAiChatDialect, provider: "openai-compatible", model: "m" },
  { client: openAiResponsesDialect, provider: "openai", model: "gpt-5.1" },
  { client: geminiClientDialect, provider: "gemini", model: "gemini-3-pro-preview" },
] as const;

interface Said {
  readonly texts: readonly string[];
  readonly calls: readonly { readonly name: string; readonly input: unknown }[];
  readonly isCut: boolean;
}

const words = fc.stringMatching(/^[a-zäé😀][a-z "\\\u2028]{0,12}$/u);
const plain = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.integer(),
  fc.boolean(),
  fc.array(fc.string(), { maxLength: 2 }),
);
const answers: fc.Arbitrary<Said> = fc
  .record({
    texts: fc.array(words, { maxLength: 5 }),
    calls: fc.array(
      fc.record({
        name: fc.constantFrom("Read", "mcp__files__list"),
        input: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), plain),
      }),
      { maxLength: 3 },
    ),
    isCut: fc.boolean(),
  })
  .map((said) => ({ ...said, isCut: said.isCut && said.calls.length === 0 }));

describe("an answer that goes out in a dialect and is read again as an upstream's", () => {
  for (const { client, provider, model } of DIALECTS) {
    it(`says the same in ${client.id}: text, calls with their inputs, and why it ended`, () => {
      const upstream = PROVIDERS.get(provider)?.dialectFor(model);
      assert.ok(upstream !== undefined);
      fc.assert(
        fc.property(answers, (said) => {
          const writer = client.canonical.openWriter(FACTS);
          const wire = eventsOf(said).map((event) => writer.push(event));
          assert.deepEqual(essenceOf(read(upstream, wire.join(""))), essence(said));
        }),
      );
    });
  }
});

describe("a request that goes out in an upstream's dialect and is read again as a client's", () => {
  for (const { client, provider, model } of DIALECTS) {
    it(`says the same in ${client.id}: words, calls and their results, in their order`, () => {
      const upstream = PROVIDERS.get(provider)?.dialectFor(model);
      assert.ok(upstream !== undefined);
      fc.assert(
        fc.property(fc.array(answers, { minLength: 1, maxLength: 4 }), (rounds) => {
          const turns = [...rounds.flatMap(turnsOf), LAST];
          const written = upstream.writeRequest({ ...REQUEST, turns });
          assert.ok(written.ok);
          const body: unknown = JSON.parse(JSON.stringify(written.value.body));
          assert.ok(isObject(body));
          const back = client.canonical.readRequest(body, { model: "m", stream: false });
          assert.ok(back.ok, JSON.stringify(back));
          assert.deepEqual(toldIn(back.value.turns), toldIn(turns));
        }),
      );
    });
  }
});

/** Some upstreams answer nobody but a user. */
const LAST: Turn = { role: "user", content: [{ type: "text", text: "Go on." }] };

/** What the user said, what the model answered, and what its calls gave. */
function turnsOf({ texts, calls }: Said, round: number): readonly Turn[] {
  const id = (at: number): string => `call_${round}_${at}`;
  const said = texts.join("") || "word";
  const results = calls.map(({ name }, at): Block => {
    const content = [{ type: "text", text: `${name} gave ${at}` } as const];
    return { type: "tool_result", toolUseId: id(at), content, isError: false };
  });
  return [
    { role: "user", content: [{ type: "text", text: `asked ${round}` }] },
    {
      role: "assistant",
      content: [
        { type: "text", text: said },
        ...calls.map(({ name, input }, at): Block => {
          return { type: "tool_use", id: id(at), name, input: JSON.stringify(input) };
        }),
      ],
    },
    ...(results.length === 0 ? [] : [{ role: "user", content: results } as const]),
  ];
}

/** However many turns it is told in. */
function toldIn(turns: readonly Turn[]): readonly string[] {
  return turns.flatMap(({ role, content }) =>
    content.map((block) => {
      if (block.type === "text") return `${role}: ${block.text}`;
      if (block.type === "tool_use") {
        return `${block.name} ${JSON.stringify(JSON.parse(block.input))}`;
      }
      return block.type === "tool_result" ? toldIn([{ role, content: block.content }]).join() : "?";
    }),
  );
}

function eventsOf({ texts, calls, isCut }: Said): readonly StreamEvent[] {
  const reason = calls.length > 0 ? "tool_use" : isCut ? "max_tokens" : "end_turn";
  return [
    { type: "start", id: "msg_1", model: "m" },
    ...(texts.length === 0
      ? []
      : ([
          { type: "block", block: { type: "text" } },
          ...texts.map((text) => ({ type: "delta", delta: { type: "text", text } }) as const),
          { type: "block_end" },
        ] as const)),
    ...calls.flatMap(({ name, input }, at): readonly StreamEvent[] => {
      const json = JSON.stringify(input);
      const half = json.length >> 1;
      return [
        { type: "block", block: { type: "tool_use", id: `call_${at}`, name } },
        { type: "delta", delta: { type: "input", json: json.slice(0, half) } },
        { type: "delta", delta: { type: "input", json: json.slice(half) } },
        { type: "block_end" },
      ];
    }),
    { type: "end", stopReason: reason, usage: { input: 1, output: 2 } },
  ];
}

function essence({ texts, calls, isCut }: Said) {
  const reason = calls.length > 0 ? "tool_use" : isCut ? "max_tokens" : "end_turn";
  return { text: texts.join(""), calls: calls.map(normal), reason };
}

function essenceOf(events: readonly StreamEvent[]) {
  const calls: { name: string; input: string }[] = [];
  let text = "";
  let reason = "none";
  for (const event of events) {
    if (event.type === "block" && event.block.type === "tool_use") {
      calls.push({ name: event.block.name, input: "" });
    } else if (event.type === "delta" && event.delta.type === "text") {
      text += event.delta.text;
    } else if (event.type === "delta" && event.delta.type === "input") {
      const call = calls.at(-1);
      if (call !== undefined) call.input += event.delta.json;
    } else if (event.type === "end") {
      reason = event.stopReason;
    }
  }
  const made = calls.map(({ name, input }) => ({ name, input: JSON.parse(input || "{}") }));
  return { text, calls: made.map(normal), reason };
}

/** As JSON has it: no minus in front of a zero. */
function normal({ name, input }: { readonly name: string; readonly input: unknown }) {
  return { name, input: JSON.parse(JSON.stringify(input)) };
}

function read(upstream: BoundDialect, wire: string): readonly StreamEvent[] {
  const reader = upstream.openStream({ toolNames: new Map(), callIds: new Set() });
  const events: StreamEvent[] = [];
  const splitter = new SseSplitter((text, from, end) => {
    const event = parseEvent(text.slice(from, end));
    if (event !== undefined) events.push(...reader.push(event));
  });
  splitter.push(Buffer.from(wire));
  splitter.finish();
  return [...events, ...reader.end()];
}
