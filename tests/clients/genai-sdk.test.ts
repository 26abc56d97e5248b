import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { before, describe, it } from "node:test";
import type { StreamEvent } from "../../src/canonical/index.ts";
import type { AnswerFacts } from "../../src/exchange/dialect.ts";
import { unpackThinking } from "../../src/ingress/gemini/carrier.ts";
import { geminiClientDialect, readGeminiPath, writeCount } from "../../src/ingress/gemini/index.ts";
import { at, isRecord, textAt } from "../conformance/exchange.ts";
import { corpusExchanges, noSharedRecordings } from "../conformance/shared-recordings.ts";
import { readPieces } from "../corpus/gemini-replay.ts";
import { installClients } from "./install.ts";

/** The part of the official SDK that is used here. */
interface SdkModule {
  readonly GoogleGenAI: new (options: object) => Sdk;
}

interface Sdk {
  readonly models: {
    generateContent(params: object): Promise<unknown>;
    generateContentStream(params: object): Promise<AsyncIterable<unknown>>;
    countTokens(params: object): Promise<unknown>;
    list(): Promise<AsyncIterable<unknown>>;
  };
  readonly chats: {
    create(params: object): {
      sendMessageStream(params: object): Promise<AsyncIterable<unknown>>;
      getHistory(isCurated: boolean): unknown;
    };
  };
}

const FACTS: AnswerFacts = {
  requestId: "r",
  request: {
    model: "groq/llama",
    system: [],
    turns: [],
    tools: [],
    stream: true,
    stopSequences: [],
    extra: {},
  },
  model: "groq/llama",
  estimatedInputTokens: 7,
  credential: "caller",
};
const QUESTION = { model: "groq/llama", contents: "?" };
const EVENTS: readonly StreamEvent[] = [
  { type: "start", id: "chatcmpl-1", model: "llama" },
  { type: "block", block: { type: "thinking" } },
  { type: "delta", delta: { type: "thinking", text: "Hm. " } },
  { type: "delta", delta: { type: "signature", signature: "spw1.groq.AA.mac" } },
  { type: "block_end" },
  { type: "block", block: { type: "text" } },
  { type: "delta", delta: { type: "text", text: "I look: " } },
  { type: "delta", delta: { type: "text", text: "ü" } },
  { type: "block_end" },
  { type: "block", block: { type: "tool_use", id: "call_0", name: "list" } },
  { type: "delta", delta: { type: "input", json: '{"path":' } },
  { type: "delta", delta: { type: "input", json: '"/ü"}' } },
  { type: "block_end" },
  { type: "block", block: { type: "tool_use", id: "call_1", name: "now" } },
  { type: "block_end" },
  {
    type: "end",
    stopReason: "tool_use",
    usage: { input: 12, output: 34, cacheRead: 5, reasoning: 4 },
  },
];

interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly body: string;
}

describe("the official SDK (@google/genai) reads what is written for it", () => {
  let open: SdkModule["GoogleGenAI"];
  before(async () => {
    await installClients();
    const name = "@google/genai";
    const loaded: SdkModule = await import(name);
    open = loaded.GoogleGenAI;
  });

  /** What `ask` makes of an answer, and where it asked. */
  async function asked<T>(
    { status = 200, type = "application/json", body }: Answer,
    ask: (sdk: Sdk) => Promise<T>,
  ): Promise<{ readonly value: T; readonly target: string }> {
    let target = "";
    const server = createServer((request, response) => {
      target = request.url ?? "";
      response.writeHead(status, { "content-type": type }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const httpOptions = { baseUrl: `http://127.0.0.1:${port}` };
      return { value: await ask(new open({ apiKey: "none", httpOptions })), target };
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  function stream(events: readonly StreamEvent[]): Answer {
    const writer = geminiClientDialect.canonical.openWriter(FACTS);
    const { ping } = geminiClientDialect.canonical;
    const body = ping + events.map((event) => writer.push(event) + ping).join("");
    return { type: "text/event-stream", body };
  }

  const chunksOf = (sdk: Sdk): Promise<readonly unknown[]> =>
    sdk.models.generateContentStream(QUESTION).then(collect);

  it("a stream with thinking, text and calls, and pings between them", async () => {
    const { value: chunks, target } = await asked(stream(EVENTS), chunksOf);
    assert.deepEqual(readGeminiPath(target), {
      operation: "messages",
      model: "groq/llama",
      stream: true,
      framing: "sse",
    });
    const parts = chunks.flatMap(partsOf);
    assert.deepEqual(parts.map(withoutProof), [
      { text: "Hm. ", thought: true },
      { text: "I look: " },
      { text: "ü" },
      { functionCall: { id: "call_0", name: "list", args: { path: "/ü" } } },
      { functionCall: { id: "call_1", name: "now", args: {} } },
      { text: "" },
    ]);
    assert.deepEqual(unpackThinking(String(at(parts[1], "thoughtSignature"))), [
      { type: "thinking", text: "Hm. ", signature: "spw1.groq.AA.mac" },
    ]);
    assert.deepEqual(at(chunks.at(-1), "usageMetadata"), {
      promptTokenCount: 17,
      cachedContentTokenCount: 5,
      candidatesTokenCount: 30,
      thoughtsTokenCount: 4,
      totalTokenCount: 51,
    });
    const last = at(chunks.at(-1), "candidates");
    assert.equal(at(Array.isArray(last) ? last[0] : undefined, "finishReason"), "STOP");
  });

  it("a whole answer, with the same parts", async () => {
    const body = geminiClientDialect.canonical.writeMessage(
      {
        id: "i",
        model: "llama",
        content: [
          { type: "text", text: "hello" },
          { type: "tool_use", id: "c", name: "now", input: "" },
        ],
        stopReason: "tool_use",
      },
      FACTS,
    );
    const { value } = await asked({ body }, (sdk) => sdk.models.generateContent(QUESTION));
    assert.equal(isRecord(value) ? value["text"] : undefined, "hello");
    assert.deepEqual(at(value, "functionCalls"), [{ id: "c", name: "now", args: {} }]);
  });

  it("a stream into the history of a chat, which the next request brings back", async () => {
    const { value } = await asked(stream(EVENTS), async (sdk) => {
      const chat = sdk.chats.create({ model: "groq/llama" });
      await chat.sendMessageStream({ message: "?" }).then(collect);
      return chat.getHistory(false);
    });
    const read = geminiClientDialect.canonical.readRequest(
      { contents: value },
      { model: "groq/llama" },
    );
    assert.ok(read.ok);
    assert.deepEqual(
      read.value.turns.flatMap(({ content }) => content.map(({ type }) => type)),
      ["text", "thinking", "text", "tool_use", "tool_use"],
    );
  });

  it("an error within the stream as an error", async () => {
    const error = { kind: "overloaded", message: "Overloaded" } as const;
    await assert.rejects(
      asked(stream([...EVENTS.slice(0, 7), { type: "error", error }]), chunksOf),
      /UNAVAILABLE.*Overloaded/,
    );
  });

  it("an error as its status and its message", async () => {
    const { status, body } = geminiClientDialect.canonical.writeError(
      { kind: "rate_limit", message: "Slower", retryAfterMs: 1500 },
      FACTS,
    );
    await assert.rejects(asked({ status, body }, chunksOf), { status: 429, message: body });
  });

  it("a number of tokens", async () => {
    const counted = await asked({ body: writeCount(42) }, (sdk) =>
      sdk.models.countTokens(QUESTION),
    );
    assert.equal(at(counted.value, "totalTokens"), 42);
    assert.equal(readGeminiPath(counted.target)?.operation, "count_tokens");
  });

  it("every recorded stream as the parts that it was", { skip: noSharedRecordings }, async () => {
    let count = 0;
    for (const { name, response } of corpusExchanges("gemini-generate")) {
      if (response.body.toString("latin1", 0, 5) !== "data:") continue;
      const events = readPieces([response.body]);
      if (events.at(-1)?.type !== "end") continue;
      const { value: chunks } = await asked(stream(events), chunksOf);
      assert.deepEqual(saidIn(chunks), saidBy(events), name);
      count += 1;
    }
    assert.ok(count > 25, `only ${count} streams`);
  });
});

async function collect(items: AsyncIterable<unknown>): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  for await (const item of items) all.push(JSON.parse(JSON.stringify(item)));
  return all;
}

function partsOf(chunk: unknown): readonly unknown[] {
  const candidates = at(chunk, "candidates");
  const parts = at(Array.isArray(candidates) ? candidates[0] : undefined, "content", "parts");
  return Array.isArray(parts) ? parts : [];
}

function withoutProof(part: unknown): unknown {
  const { thoughtSignature: _, ...rest } = isRecord(part) ? part : {};
  return rest;
}

/** Text and calls of what the SDK gave. */
function saidIn(chunks: readonly unknown[]): readonly unknown[] {
  const parts = chunks.flatMap(partsOf).filter((part) => at(part, "thought") !== true);
  const text = parts.map((part) => textAt(part, "text") ?? "").join("");
  const calls = parts.flatMap((part) => {
    const call = at(part, "functionCall");
    return call === undefined ? [] : [{ name: at(call, "name"), args: at(call, "args") }];
  });
  return [text, ...calls];
}

/** The same of what was written. */
function saidBy(events: readonly StreamEvent[]): readonly unknown[] {
  const text = events
    .map((event) => (event.type === "delta" && event.delta.type === "text" ? event.delta.text : ""))
    .join("");
  const names = events.flatMap((event) =>
    event.type === "block" && event.block.type === "tool_use" ? [event.block.name] : [],
  );
  const inputs = events.flatMap((event) =>
    event.type === "delta" && event.delta.type === "input" ? [event.delta.json] : [],
  );
  return [text, ...names.map((name, index) => ({ name, args: JSON.parse(inputs[index] ?? "{}") }))];
}
