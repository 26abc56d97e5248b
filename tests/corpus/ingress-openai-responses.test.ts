import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isObject } from "../../src/base/json.ts";
import type { Message } from "../../src/canonical/index.ts";
import { factsOf } from "../../src/ingress/openai-responses/answer.fixture.ts";
import { openAiResponsesDialect } from "../../src/ingress/openai-responses/index.ts";
import { openAiResponses } from "../../src/upstream/dialects/openai-responses/index.ts";
import { collect } from "../../src/upstream/dialects/openai-responses/stream.fixture.ts";
import { TRAITS } from "../../src/upstream/dialects/openai-responses/traits.fixture.ts";
import { codexExchanges, noRecordings } from "./ingress-openai-responses-codex.ts";
import { essence, essenceOf } from "./ingress-openai-responses-essence.ts";
import { grammarOf, undeclared } from "./ingress-openai-responses-grammar.ts";
import { ANSWER, CONTEXT, writeStream } from "./ingress-openai-responses-rig.ts";
import { noCorpus, peerPairs, recordedAnswers } from "./openai-responses-recordings.ts";
import { readStream } from "./openai-responses-replay.ts";

/** Requests that need an answer which was stored, with the member that says so. */
const STORED: Readonly<Record<string, string>> = {
  "openai__background-mode-streaming-continuation-vcr__1of2": "background",
  "openai__background-mode-streaming-vcr": "background",
  "openai__background-mode-vcr__1of3": "background",
  "openai__openai-previous-response-id__2of2": "previous_response_id",
};

/** Requests that are nothing without a tool which OpenAI runs, with that tool. */
const OPENAI_ONLY: Readonly<Record<string, string>> = {
  "openai__openai-responses-code-execution-return-image-stream": "code_interpreter",
  "openai__openai-responses-image-or-text-output__1of2": "image_generation",
  "openai__openai-responses-model-file-search-tool-stream__4of6": "file_search",
  "openai__openai-responses-model-file-search-tool-with-results__4of6": "file_search",
  "openai__openai-responses-model-mcp-server-tool-stream": "mcp",
  "openai__openai-responses-model-mcp-server-tool-with-connector": "mcp",
  "openai__openai-responses-model-mcp-server-tool__2of2": "mcp",
  "openai__openai-responses-thinking-with-code-execution-tool-stream": "code_interpreter",
  "openai__openai-responses-thinking-with-code-execution-tool__1of2": "code_interpreter",
};

describe("requests of the corpus", { skip: noCorpus }, () => {
  it("keep all that both dialects can carry on the way through", () => {
    const stored: string[] = [];
    const unwritten: string[] = [];
    let count = 0;
    for (const { name, request } of recordedAnswers()) {
      if (request === undefined) continue;
      const read = openAiResponsesDialect.canonical.readRequest(request, {});
      if (!read.ok) {
        assert.ok(read.error.message.startsWith(`${STORED[name]}: expected `), name);
        stored.push(name);
        continue;
      }
      const written = openAiResponses.writeRequest(read.value, TRAITS);
      if (!written.ok) {
        const { message } = written.error;
        assert.match(
          message,
          new RegExp(`has no [^,]*${OPENAI_ONLY[name]}.*, and the request has no`),
          name,
        );
        unwritten.push(name);
        continue;
      }
      assert.deepEqual(essence(written.value.body), essence(request), name);
      count += 1;
    }
    assert.deepEqual(stored, Object.keys(STORED));
    assert.deepEqual(unwritten, Object.keys(OPENAI_ONLY));
    assert.ok(count > 60, `only ${count} requests`);
  });
});

describe("requests that a peer translated", { skip: noCorpus }, () => {
  it("keep all that both dialects can carry on the way through", () => {
    const pairs = peerPairs(/^request__responses__/);
    assert.ok(pairs.length >= 12, `only ${pairs.length} requests`);
    for (const { name, input } of pairs) {
      assert.ok(isObject(input), name);
      const read = openAiResponsesDialect.canonical.readRequest(input, {});
      assert.ok(read.ok, `${name}: ${read.ok ? "" : read.error.message}`);
      const written = openAiResponses.writeRequest(read.value, TRAITS);
      assert.ok(written.ok, name);
      assert.deepEqual(essence(written.value.body), essence(input), name);
    }
  });
});

describe("requests of Codex", { skip: noRecordings }, () => {
  it("keep all that both dialects can carry on the way through", () => {
    const exchanges = codexExchanges();
    assert.ok(exchanges.length >= 17, `only ${exchanges.length} requests`);
    for (const { name, request } of exchanges) {
      const read = openAiResponsesDialect.canonical.readRequest(request, {});
      assert.ok(read.ok, `${name}: ${read.ok ? "" : read.error.message}`);
      assert.ok(read.value.system.length > 0, name);
      assert.equal(read.value.turns[0]?.role, "user", name);
      const written = openAiResponses.writeRequest(read.value, TRAITS);
      assert.ok(written.ok, name);
      assert.deepEqual(essence(written.value.body), essence(request), name);
      assert.equal(written.value.body["prompt_cache_key"], request["prompt_cache_key"], name);
      const sent = JSON.stringify(written.value.body["tools"]);
      for (const each of undeclared(request)) assert.ok(sent.includes(`"name":"${each}"`), each);
    }
  });
});

describe("answers of the corpus", { skip: noCorpus }, () => {
  it("say the same when they are read again, whole and as a stream", () => {
    let count = 0;
    for (const { name, status, stream, body } of recordedAnswers()) {
      if (status !== 200) continue;
      const message =
        stream === undefined ? wholeMessage(body) : streamed(readStream(stream, [stream.length]));
      if (message === undefined) continue;
      const whole: unknown = JSON.parse(
        openAiResponsesDialect.canonical.writeMessage(message, ANSWER),
      );
      assert.ok(isObject(whole), name);
      assert.deepEqual(essenceOf(wholeMessage(whole)), essenceOf(message), name);
      const text = writeStream(message);
      const again = streamed(readStream(Buffer.from(text), [text.length]));
      assert.deepEqual(essenceOf(again), essenceOf(message), name);
      count += 1;
    }
    assert.ok(count > 120, `only ${count} answers`);
  });

  it("come as the same events, however the bytes were split", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 20 });
    for (const { stream } of recordedAnswers()) {
      if (stream === undefined) continue;
      const write = (split: readonly number[]) => {
        const writer = openAiResponsesDialect.canonical.openWriter(ANSWER);
        return readStream(stream, split)
          .map((event) => writer.push(event))
          .join("");
      };
      const expected = write([stream.length]);
      fc.assert(
        fc.property(sizes, (split) => withoutPieces(write(split)) === withoutPieces(expected)),
        { numRuns: 3 },
      );
    }
  });

  it("have the order of events that the recorded ones have", () => {
    let count = 0;
    for (const { name, stream, provider } of recordedAnswers()) {
      if (stream === undefined || provider !== "openai") continue;
      const events = readStream(stream, [stream.length]);
      if (events.at(-1)?.type !== "end") continue;
      const message = collect(events);
      // What the provider itself runs is told in events of its own.
      if (message.content.some(({ type }) => type === "opaque")) continue;
      assert.deepEqual(grammarOf(writeStream(message)), grammarOf(stream.toString()), name);
      count += 1;
    }
    assert.ok(count > 8, `only ${count} streams`);
  });
});

describe("answers to Codex", { skip: noRecordings }, () => {
  it("have the order of events that the recorded ones have", () => {
    let count = 0;
    for (const { name, request, answer } of codexExchanges()) {
      const events = readStream(answer, [answer.length]);
      if (!answer.includes("response.created") || events.at(-1)?.type !== "end") continue;
      const text = writeStream(collect(events), factsOf(request));
      // The server of these recordings tells no thought in pieces.
      const lines = text.split("\n\n").filter((line) => !line.includes(".reasoning_summary_"));
      assert.deepEqual(grammarOf(lines.join("\n\n")), grammarOf(answer.toString()), name);
      count += 1;
    }
    assert.ok(count > 8, `only ${count} streams`);
  });
});

function wholeMessage(body: unknown): Message | undefined {
  assert.ok(isObject(body));
  const message = openAiResponses.readMessage(body, TRAITS, CONTEXT);
  return message.ok ? message.value : undefined;
}

function streamed(events: ReturnType<typeof readStream>): Message | undefined {
  return events.at(-1)?.type === "end" ? collect(events) : undefined;
}

/** The events with their pieces joined: where those are cut is up to the reader. */
function withoutPieces(text: string): string {
  const events = text.split("\n\n").filter((event) => !event.includes(".delta\n"));
  return events.map((event) => event.replace(/"sequence_number":\d+/, "")).join("\n\n");
}
