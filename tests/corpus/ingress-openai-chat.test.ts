import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type Block,
  type Message,
  messageEvents,
  type StreamEvent,
  StreamSealer,
  sealMessage,
} from "../../src/canonical/index.ts";
import { openAiChatDialect } from "../../src/ingress/openai-chat/index.ts";
import { openAiChat } from "../../src/upstream/dialects/openai-chat/index.ts";
import { seededRandom, splitRandomly } from "../conformance/random-splits.ts";
import { membersOf } from "./ingress-openai-chat-members.ts";
import { gistOf } from "./ingress-openai-chat-messages.ts";
import { chatRequests, FACTS, permissiveTraits, SEALING } from "./ingress-openai-chat-rig.ts";
import {
  at,
  type ChatExchange,
  chatExchanges,
  isRecord,
  noCorpus,
} from "./openai-chat-exchanges.ts";
import { list } from "./openai-chat-oracle.ts";
import { bytesOf, collect, NO_CONTEXT, readPieces, traitsFor } from "./openai-chat-replay.ts";

const { canonical: client } = openAiChatDialect;

/** Requests that no other API could be asked, with how their refusal begins. */
const REFUSED: Readonly<Record<string, string>> = {
  "mistral__multimodal-tool-return-matrix-tool-return-content-url-document-mistral__2of2":
    "messages[4].content[0].type",
  "openai__chat-audio-to-text": "messages[0].content[1].type",
  "openai__chat-bad-request": "messages[0].content",
  "openai__chat-no-messages": "messages",
  "openai__multimodal-tool-return-matrix-tool-return-content-uploaded-file-document-openai-chat__2of2":
    "messages[3].content[0].file.file_data",
  "openai__multimodal-tool-return-matrix-tool-return-content-url-audio-openai-chat__3of3":
    "messages[3].content[0].type",
  "openrouter__openrouter-video-url-public-api": "messages[0].content[1].type",
};

/** Has no tool but one of the server's, which only that server could run. */
const UNWRITABLE = "openrouter__openrouter-web-search-annotations-stream";

describe("openAiChatDialect on recorded requests", { skip: noCorpus }, () => {
  const requests = noCorpus === false ? chatRequests() : [];

  it("has recordings", () => assert.ok(requests.length >= 250));

  it("refuses only what no other API could be asked", () => {
    const refused = requests.flatMap(({ name, body }) => {
      const read = client.readRequest(body, {});
      return read.ok ? [] : [[name, read.error.message.split(": ")[0]]];
    });
    assert.deepEqual(Object.fromEntries(refused), REFUSED);
  });

  it("keeps everything of a request that goes on in the same words", () => {
    for (const { name, body } of requests) {
      const read = client.readRequest(body, {});
      if (!read.ok) continue;
      const written = openAiChat.writeRequest(read.value, permissiveTraits(body));
      assert.equal(written.ok, name !== UNWRITABLE, name);
      if (!written.ok) continue;
      assert.deepEqual(membersOf(written.value.body), membersOf(body), name);
      assert.deepEqual(gistOf(written.value.body["messages"]), gistOf(body["messages"]), name);
    }
  });
});

describe("openAiChatDialect on recorded answers", { skip: noCorpus }, () => {
  const exchanges = noCorpus === false ? chatExchanges() : [];
  const answers = exchanges.flatMap((exchange) => {
    const message = readAnswer(exchange);
    return message === undefined ? [] : [{ exchange, message: sealMessage(message, SEALING) }];
  });
  const streams = answers.filter(({ exchange }) => exchange.events !== undefined);

  it("has recordings of both forms", () => {
    assert.ok(answers.length >= 260);
    assert.ok(streams.length >= 100);
  });

  it("writes every answer as what it says", () => {
    for (const { exchange, message } of answers) {
      const body: unknown = JSON.parse(client.writeMessage(message, FACTS));
      assert.ok(isRecord(body));
      const read = openAiChat.readMessage(body, traitsFor(exchange.provider), NO_CONTEXT);
      assert.ok(read.ok, exchange.name);
      assertSame(read.value, message, exchange.name);
    }
  });

  it("gets the thinking of every answer back from a client that sends it back", () => {
    for (const { exchange, message } of answers) {
      const body: unknown = JSON.parse(client.writeMessage(message, FACTS));
      const answer = at(list(at(body, "choices"))[0], "message");
      const question = { role: "user", content: "?" };
      const read = client.readRequest({ model: "m", messages: [question, answer, question] }, {});
      assert.ok(read.ok, exchange.name);
      const back = read.value.turns[1]?.content ?? [];
      if (message.content.length > 0) {
        assert.deepEqual(plain(back), plain(arranged(message.content)), exchange.name);
      }
    }
  });

  it("writes every stream as what it says, at any split of its bytes", () => {
    const random = seededRandom(2);
    for (const { exchange, message } of streams) {
      const events = readPieces(
        splitRandomly(bytesOf(exchange), random),
        openAiChat.openStream(traitsFor(exchange.provider), NO_CONTEXT),
      );
      assertSame(readBack(writeStream(seal(events)), exchange), message, exchange.name);
    }
  });

  it("writes a whole answer as a stream to a client that asked for one", () => {
    for (const { exchange, message } of answers) {
      const text = writeStream(messageEvents(message));
      assertSame(readBack(text, exchange), message, exchange.name);
    }
  });

  function readBack(text: string, { name, provider }: ChatExchange): Message {
    const pieces = splitRandomly(Buffer.from(text), seededRandom(3));
    const read = collect(
      readPieces(pieces, openAiChat.openStream(traitsFor(provider), NO_CONTEXT)),
    );
    assert.ok("content" in read, name);
    return read;
  }
});

/** Undefined for what was recorded of a failure. */
function readAnswer(exchange: ChatExchange): Message | undefined {
  const traits = traitsFor(exchange.provider);
  if (exchange.status >= 400) return undefined;
  if (exchange.events === undefined) {
    const read = openAiChat.readMessage(
      isRecord(exchange.body) ? exchange.body : {},
      traits,
      NO_CONTEXT,
    );
    return read.ok ? read.value : undefined;
  }
  const reader = openAiChat.openStream(traits, NO_CONTEXT);
  const message = collect(readPieces([bytesOf(exchange)], reader));
  return "content" in message ? message : undefined;
}

function seal(events: readonly StreamEvent[]): readonly StreamEvent[] {
  const sealer = new StreamSealer(SEALING);
  return events.flatMap((event) => sealer.push(event));
}

function writeStream(events: readonly StreamEvent[]): string {
  const writer = client.openWriter(FACTS);
  return events.map((event) => writer.push(event)).join("");
}

function assertSame(read: Message, sent: Message, name: string): void {
  assert.deepEqual(words(read.content), words(sent.content), name);
  assert.equal(read.stopReason, sent.stopReason, name);
  assert.equal(read.stopSequence, sent.stopSequence, name);
  if (sent.usage !== undefined) {
    assert.deepEqual(counted(read.usage), counted(sent.usage), name);
  }
}

/** What can be read in an answer; proofs are for the client's next request. */
function words(content: readonly Block[]) {
  const of = (type: "text" | "thinking"): string =>
    content.flatMap((block) => (block.type === type ? [block.text] : [])).join("");
  const calls = content.flatMap((block) =>
    block.type === "tool_use" ? [[block.id, block.name, block.input]] : [],
  );
  return { text: of("text"), thinking: of("thinking"), calls };
}

/** A message has its thinking in front of its text; only a call has a place right before it. */
function arranged(content: readonly Block[]): readonly Block[] {
  if (content.at(-1)?.type !== "thinking") return content;
  const [first = [], rest = []] = [true, false].map((isFirst) =>
    content.filter(({ type }) => (type === "thinking") === isFirst),
  );
  return [...first, ...rest];
}

function counted(usage: Message["usage"]): unknown {
  return JSON.parse(JSON.stringify(usage ?? {}));
}

function plain(content: readonly Block[]): unknown {
  return JSON.parse(JSON.stringify(content));
}
