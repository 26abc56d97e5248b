import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { AnswerContext, Message } from "../../src/canonical/index.ts";
import { openAiResponses } from "../../src/upstream/dialects/openai-responses/index.ts";
import {
  assertOrder,
  collect,
} from "../../src/upstream/dialects/openai-responses/stream.fixture.ts";
import { TRAITS } from "../../src/upstream/dialects/openai-responses/traits.fixture.ts";
import { at, isRecord, textAt } from "../conformance/exchange.ts";
import { expectedOf, finalResponse, withoutId } from "./openai-responses-oracle.ts";
import { noCorpus, type RecordedAnswer, recordedAnswers } from "./openai-responses-recordings.ts";
import { readStream } from "./openai-responses-replay.ts";

const CONTEXT: AnswerContext = { toolNames: new Map(), callIds: new Set() };

/** Answers that are none, with what they are told to be. */
const FAILED: Readonly<Record<string, string>> = {
  // Recorded of a server that answered with Chat's chunks, none of them an end of this dialect.
  "azure__azure-deepseek-reasoning-1": "server",
  // A background job that has only been accepted.
  "openai__background-mode-vcr__1of3": "server",
  // `event: error` within a 200, then `response.failed`.
  "openai__openai-error-1": "quota",
};

/** Shortened by hand where it was kept: the text's pieces are other words than the item's end, so only kinds agree. */
const EDITED: ReadonlySet<string> = new Set(["openai__openai-shell-container-1"]);

/** Refused requests whose kind is not simply that of a 400. */
const REFUSED: Readonly<Record<string, string>> = {
  "openai__inferred-model-name-suggestion": "not_found",
  "openai__responses-create-api-error-content-mode0": "not_found",
  "openai__openai-error-1__v2": "quota",
};

describe("recorded Responses traffic", { skip: noCorpus }, () => {
  it("is decoded as a plain reading of the provider's last word has it", () => {
    const answers = recordedAnswers().filter(({ status, name }) => status === 200 && !FAILED[name]);
    assert.ok(answers.length > 120, `only ${answers.length} answers`);
    for (const answer of answers) {
      const raw =
        answer.stream === undefined ? answer.body : finalResponse(answer.stream.toString());
      assert.ok(isRecord(raw), answer.name);
      const expected = expectedOf(raw);
      const message = decode(answer);
      const seen = EDITED.has(answer.name) ? kindOf : same;
      assert.deepEqual(
        message.content.map((block) => seen(plain(block))),
        expected.blocks.map(seen),
        answer.name,
      );
      assert.deepEqual(plainUsage(message), expected.usage, answer.name);
      assert.equal(message.stopReason, expected.stopReason, answer.name);
      assert.equal(message.model, raw["model"], answer.name);
    }
  });

  it("fails where the recorded answer failed", () => {
    const answers = recordedAnswers().filter(({ name }) => FAILED[name] !== undefined);
    assert.equal(answers.length, Object.keys(FAILED).length);
    for (const answer of answers) {
      if (answer.stream === undefined) {
        assert.ok(isRecord(answer.body));
        const message = openAiResponses.readMessage(answer.body, TRAITS, CONTEXT);
        assert.equal(message.ok ? "read" : message.error.kind, FAILED[answer.name], answer.name);
      } else {
        const last = readStream(answer.stream, [answer.stream.length]).at(-1);
        assert.equal(last?.type === "error" && last.error.kind, FAILED[answer.name], answer.name);
      }
    }
  });

  it("gives the same events for every split of the bytes, in order", () => {
    for (const { name, stream } of recordedAnswers()) {
      if (stream === undefined) continue;
      const whole = readStream(stream, [stream.length]);
      assertOrder(whole);
      const sizes = fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 20 });
      fc.assert(
        fc.property(sizes, (chosen) => {
          assert.deepEqual(readStream(stream, chosen), whole, name);
        }),
        { numRuns: 3 },
      );
    }
  });

  it("ends with an error wherever a stream is cut off", () => {
    for (const { name, stream } of recordedAnswers()) {
      if (stream === undefined || FAILED[name] !== undefined) continue;
      const end = stream.lastIndexOf("data:", stream.indexOf("response.completed"));
      for (const share of [0, 0.3, 0.7, 0.99]) {
        const cut = stream.subarray(0, Math.floor(end * share));
        const events = readStream(cut, [cut.length]);
        assertOrder(events);
        assert.equal(events.at(-1)?.type, "error", `${name} cut at ${share}`);
      }
    }
  });

  it("has its refusals classified, with the upstream's own words", () => {
    const refused = recordedAnswers().filter(({ status }) => status !== 200);
    assert.ok(refused.length >= 10, `only ${refused.length} refusals`);
    for (const { name, status, headers, body } of refused) {
      const error = openAiResponses.readError(status, headers, Buffer.from(JSON.stringify(body)));
      assert.equal(error.kind, REFUSED[name] ?? "invalid_request", name);
      assert.equal(error.message, textAt(body, "error", "message"), name);
      assert.equal(error.status, status);
    }
  });
});

function kindOf(block: unknown): unknown {
  return Array.isArray(block) ? block[0] : block;
}

function same(block: unknown): unknown {
  return block;
}

function decode(answer: RecordedAnswer): Message {
  if (answer.stream !== undefined) {
    return collect(readStream(answer.stream, [answer.stream.length]));
  }
  assert.ok(isRecord(answer.body), answer.name);
  const message = openAiResponses.readMessage(answer.body, TRAITS, CONTEXT);
  assert.ok(message.ok, answer.name);
  return message.value;
}

function plain(block: Message["content"][number]): unknown {
  switch (block.type) {
    case "text":
      return ["text", block.text];
    case "thinking": {
      const proof = block.signature === undefined ? undefined : JSON.parse(block.signature);
      return ["thinking", block.text, proof === undefined ? undefined : withoutId(proof)];
    }
    case "tool_use":
      return ["tool_use", block.id, block.name, JSON.parse(block.input)];
    case "opaque":
      return plainOpaque(block.kind, block.raw);
    default:
      return block;
  }
}

function plainOpaque(kind: string, raw: Readonly<Record<string, unknown>>): unknown {
  if (kind === "server_tool_use") return ["searched", at(raw, "input", "query")];
  if (kind !== "web_search_tool_result") return ["opaque", kind, withoutId(raw)];
  const found = raw["content"];
  return ["found", Array.isArray(found) ? found.map((result) => textAt(result, "url")) : found];
}

function plainUsage({ usage }: Message): unknown {
  if (usage === undefined) return undefined;
  const { input = 0, cacheRead = 0, cacheWrite5m = 0 } = usage;
  return {
    allInput: input + cacheRead + cacheWrite5m,
    cached: usage.cacheRead,
    output: usage.output,
    reasoning: usage.reasoning,
  };
}
