import assert from "node:assert/strict";
import { createSecretKey } from "node:crypto";
import { describe, it } from "node:test";
import {
  type Block,
  type CanonicalRequest,
  collectMessage,
  type Message,
  messageEvents,
  openThinking,
  type Sealing,
  type StreamEvent,
  StreamSealer,
  sealMessage,
} from "../../src/canonical/index.ts";
import type { AnswerFacts } from "../../src/exchange/dialect.ts";
import { unpackThinking } from "../../src/ingress/gemini/carrier.ts";
import {
  geminiArrayDialect,
  geminiClientDialect,
  readGeminiPath,
} from "../../src/ingress/gemini/index.ts";
import { geminiDialect, traitsOf } from "../../src/upstream/dialects/gemini/index.ts";
import { orderProblem } from "../../src/upstream/dialects/shared/event-order.fixture.ts";
import type { Exchange } from "../conformance/exchange.ts";
import { seededRandom, splitRandomly } from "../conformance/random-splits.ts";
import { corpusExchanges, noSharedRecordings } from "../conformance/shared-recordings.ts";
import { NO_CONTEXT, readPieces, TRAITS } from "./gemini-replay.ts";
import { say } from "./ingress-gemini-oracle.ts";
import {
  clientRequests,
  corpusRequests,
  type RecordedRequest,
} from "./ingress-gemini-recordings.ts";

const SPLITS = 10;

/** Requests that cannot be said to anybody else, and the field that the refusal names. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  "google__google-model-cached-content__2of4": /^cachedContent: /,
  "vertex__generate-content-invalid-role": /^contents\[0\]\.role: /,
};

/** Nothing but a tool that Google runs, which no request out of the canonical form asks for; each with that tool. */
const GOOGLE_ONLY: Readonly<Record<string, string>> = {
  "google__anthropic-server-tool-receive-history-from-another-provider__1of2": "codeExecution",
  "google__code-execution-stream": "codeExecution",
  "google__google-model-file-search-grounding-gemini-3-false__4of6": "fileSearch",
  "google__google-model-file-search-grounding-gemini-3-true__4of6": "fileSearch",
  "google__google-model-file-search-tool-stream__4of5": "fileSearch",
  "google__google-model-web-fetch-tool": "urlContext",
  "google__google-model-web-fetch-tool-stream": "urlContext",
  "google__receive-history-from-another-provider__2of2": "codeExecution",
};

describe("requests of Gemini's clients", { skip: noSharedRecordings }, () => {
  const requests = [
    ...clientRequests(),
    ...corpusRequests("gemini-generate"),
    ...corpusRequests("gemini-count-tokens"),
  ];

  for (const request of requests) {
    it(`say the same to another upstream: ${request.name}`, () => checkRequest(request));
  }

  it("were all seen", () => assert.ok(requests.length >= 100, String(requests.length)));
});

function checkRequest({ name, target, body }: RecordedRequest): void {
  const asked = readGeminiPath(target);
  assert.ok(asked !== undefined, target);
  const read = geminiClientDialect.canonical.readRequest(body, asked);
  const refused = Object.entries(REFUSED).find(([part]) => name.includes(part))?.[1];
  if (refused !== undefined) {
    assert.match(read.ok ? "" : read.error.message, refused);
    return;
  }
  assert.ok(read.ok, JSON.stringify(read));
  checkPairs(read.value);
  const again = geminiClientDialect.canonical.readRequest(body, asked);
  assert.deepEqual(again, read);
  const written = geminiDialect.writeRequest(read.value, {
    ...traitsOf(asked.model, "ai-studio"),
    search: "with-functions",
    formatWithFunctions: true,
    toolResultMedia: "in-response",
    maxOutputTokens: Number.POSITIVE_INFINITY,
  });
  const missing = GOOGLE_ONLY[name.replace(/^.*\//, "")];
  assert.equal(written.ok, missing === undefined, JSON.stringify(written));
  if (!written.ok) {
    assert.ok(written.error.message.includes(`has no ${missing}`), written.error.message);
    return;
  }
  const [said, expected] = [say(written.value.body), say(body)];
  if (read.value.outputFormat === undefined && /json/.test(JSON.stringify(body))) {
    assert.ok(said.system.startsWith(expected.system));
  } else {
    assert.equal(said.system, expected.system);
  }
  // An upstream takes at most 2, and is told so little of what it would refuse.
  const { temperature: _, ...config } = Object(expected.config);
  const { temperature: __, ...saidConfig } = Object(said.config);
  assert.deepEqual(saidConfig, config);
  assert.deepEqual({ ...said, system: "", config: "" }, { ...expected, system: "", config: "" });
}

/** Every result answers a call, and no two calls have one id. */
function checkPairs({ turns }: CanonicalRequest): void {
  const blocks = turns.flatMap(({ content }) => content);
  const asked = blocks.flatMap((block) => (block.type === "tool_use" ? [block.id] : []));
  const results = blocks.flatMap((block) =>
    block.type === "tool_result" ? [block.toolUseId] : [],
  );
  assert.equal(new Set(asked).size, asked.length);
  assert.deepEqual(results.toSorted(), asked.toSorted());
}

const SEALING: Sealing = {
  provider: "elsewhere",
  key: createSecretKey(Buffer.alloc(32, 7)),
};

describe("answers to Gemini's clients", { skip: noSharedRecordings }, () => {
  const exchanges = noSharedRecordings === false ? corpusExchanges("gemini-generate") : [];
  let count = 0;

  for (const exchange of exchanges) {
    const events = eventsOf(exchange);
    if (events === undefined) continue;
    count += 1;
    it(`are read as what they were: ${exchange.name}`, () => checkAnswer(exchange, events));
  }

  it("were all seen", () => assert.ok(count >= 70, String(count)));
});

/** Undefined for an answer that is an error. */
function eventsOf({ response }: Exchange): readonly StreamEvent[] | undefined {
  if (response.status !== 200) return undefined;
  if (response.body.toString("latin1", 0, 5) === "data:") {
    const events = readPieces([response.body]);
    return events.at(-1)?.type === "end" ? events : undefined;
  }
  const read = geminiDialect.readMessage(
    JSON.parse(response.body.toString("utf8")),
    TRAITS,
    NO_CONTEXT,
  );
  return read.ok ? messageEvents(read.value) : undefined;
}

function checkAnswer(exchange: Exchange, events: readonly StreamEvent[]): void {
  const collected = collectMessage(events);
  assert.ok(collected.ok);
  const message = collected.value;
  const facts = factsOf(message);
  const stream = Buffer.from(writeStream(events, facts, geminiClientDialect));
  const told = readPieces([stream]);
  assert.equal(orderProblem(told), undefined);
  const random = seededRandom(stream.length);
  for (let round = 0; round < SPLITS; round += 1) {
    assert.deepEqual(readPieces(splitRandomly(stream, random)), told);
  }
  checkMessage(collectMessage(told), message, exchange.name);
  const list: unknown = JSON.parse(writeStream(events, facts, geminiArrayDialect));
  assert.ok(Array.isArray(list));
  const lines = stream.toString("utf8").trim().split("\r\n\r\n");
  assert.deepEqual(
    list,
    lines.map((line): unknown => JSON.parse(line.replace(/^data: /, ""))),
  );
  const whole = geminiClientDialect.canonical.writeMessage(sealMessage(message, SEALING), facts);
  const reread = geminiDialect.readMessage(JSON.parse(whole), TRAITS, NO_CONTEXT);
  checkMessage(reread, message, exchange.name);
}

function writeStream(
  events: readonly StreamEvent[],
  facts: AnswerFacts,
  dialect: typeof geminiClientDialect,
): string {
  const sealer = new StreamSealer(SEALING);
  const writer = dialect.canonical.openWriter(facts);
  return events
    .flatMap((event) => sealer.push(event))
    .map((event) => writer.push(event))
    .join("");
}

function checkMessage(
  read: ReturnType<typeof collectMessage>,
  message: Message,
  name: string,
): void {
  assert.ok(read.ok, name);
  const [again, first] = [read.value, message];
  assert.equal(joined(again.content, "text"), joined(first.content, "text"));
  assert.equal(squeezed(again.content), squeezed(first.content));
  assert.deepEqual(calls(again.content), calls(first.content));
  assert.deepEqual(proofs(again.content), ownProofs(first.content));
  assert.equal(again.stopReason, first.stopReason);
  assert.equal(again.id, first.id);
  // The wire has to have numbers, so what was never told is estimated.
  if (first.usage !== undefined) assert.deepEqual(again.usage, first.usage);
}

function calls(content: readonly Block[]): readonly unknown[] {
  return content.flatMap((block) =>
    block.type === "tool_use" ? [{ ...block, input: JSON.parse(block.input) }] : [],
  );
}

/** What the provider gave as proof, out of the carriers. */
function proofs(content: readonly Block[]): readonly unknown[] {
  return content.flatMap((block) => {
    if (block.type !== "thinking" || block.signature === undefined) return [];
    const carried = unpackThinking(block.signature) ?? [];
    return carried.map((each) => {
      const sealed = each.type === "thinking" ? (each.signature ?? "") : each.data;
      return openThinking(sealed, SEALING.key)?.payload;
    });
  });
}

function ownProofs(content: readonly Block[]): readonly unknown[] {
  return content.flatMap((block) => (block.type === "thinking" ? [block.signature ?? ""] : []));
}

function joined(content: readonly Block[], type: "text" | "thinking"): string {
  return content.flatMap((block) => (block.type === type ? [block.text] : [])).join("");
}

/** White space between paragraphs of thoughts may come with either. */
function squeezed(content: readonly Block[]): string {
  return joined(content, "thinking").replaceAll(/\s+/g, " ").trim();
}

function factsOf({ model }: Message): AnswerFacts {
  return {
    requestId: "r",
    request: {
      model,
      system: [],
      turns: [],
      tools: [],
      stream: true,
      stopSequences: [],
      extra: {},
    },
    model,
    estimatedInputTokens: 0,
    credential: "gateway",
  };
}
