import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Message, StreamEvent, TokenUsage } from "../../src/canonical/index.ts";
import { openAiChat } from "../../src/upstream/dialects/openai-chat/index.ts";
import { seededRandom, splitRandomly } from "../conformance/random-splits.ts";
import {
  at,
  type ChatExchange,
  chatExchanges,
  isRecord,
  noCorpus,
  textAt,
} from "./openai-chat-exchanges.ts";
import { list, oracle, type Reading } from "./openai-chat-oracle.ts";
import {
  bytesOf,
  collect,
  NO_CONTEXT,
  orderFault,
  readPieces,
  traitsFor,
} from "./openai-chat-replay.ts";

/** The kind of every failure in the corpus, whatever its status was. */
const FAILURES: Readonly<Record<string, string>> = {
  "azure__chat-reasoning__2of4": "not_found",
  "azure__prompt-content-filtering__1of4": "invalid_request",
  "groq__model-name-suggestion-groq": "not_found",
  "groq__tool-regular-error": "not_found",
  "groq__tool-use-failed-error-streaming-with-text__1of2": "server",
  "groq__tool-use-failed-error-streaming__1of3": "server",
  "groq__tool-use-failed-error-with-text__1of2": "server",
  "groq__tool-use-failed-error__1of3": "server",
  "openai__agents-and-tools__3of7": "not_found",
  "openai__chat-bad-request": "invalid_request",
  "openai__chat-completion-404": "not_found",
  "openai__chat-no-messages": "invalid_request",
  "openai__chat-unknown-model": "not_found",
  "openai__model-name-suggestion-openai-chat": "not_found",
  "openai__multimodal-tool-return-matrix-tool-return-content-url-audio-openai-chat__3of3":
    "invalid_request",
  "openai__openai-o1-mini-system-role-developer": "invalid_request",
  "openai__openai-o1-mini-system-role-system": "invalid_request",
  "openai__openai-web-search-tool-model-not-supported": "invalid_request",
  "openai__reasoning-model-legacy-parameter-error": "invalid_request",
  "openai__vision-base64__4of4": "invalid_request",
  openai__vision__3of3: "invalid_request",
  "openrouter__openrouter-errors-raised__1of3": "rate_limit",
  "openrouter__openrouter-stream-error": "invalid_request",
};

describe("openAiChat on recorded answers", { skip: noCorpus }, () => {
  const exchanges = noCorpus === false ? chatExchanges() : [];
  const isFailure = ({ name }: ChatExchange): boolean => name in FAILURES;
  const answers = exchanges.filter((exchange) => !isFailure(exchange));

  it("has recordings of every form", () => {
    assert.ok(exchanges.length >= 286);
    assert.ok(answers.filter(({ events }) => events !== undefined).length >= 100);
  });

  it("decodes every answer as the plain reading of its JSON does", () => {
    for (const exchange of answers) {
      const message = readAnswer(exchange);
      const reading = oracle(exchange);
      const where = exchange.name;
      assert.equal(textIn(message, "text"), visible(reading.text), where);
      assert.equal(textIn(message, "thinking"), reading.thinking, where);
      assert.deepEqual(callsIn(message), reading.calls.map(withId(message)), where);
      assert.equal(message.stopReason, expectedStop(reading), where);
      assert.deepEqual(usageFigures(message.usage), providerFigures(reading.usage), where);
    }
  });

  it("keeps the reasoning tokens that have to come back", () => {
    const signed = answers.filter(
      (exchange) =>
        traitsFor(exchange.provider).echo.form === "details" && oracle(exchange).details.length > 0,
    );
    assert.ok(signed.length >= 30);
    for (const exchange of signed) {
      const kept = readAnswer(exchange).content.flatMap((block) =>
        block.type === "thinking" ? JSON.parse(block.signature ?? "[]") : [],
      );
      const told = oracle(exchange).details;
      for (const key of ["text", "summary", "data", "signature"]) {
        assert.equal(joined(kept, key), joined(told, key), `${exchange.name} ${key}`);
      }
    }
  });

  it("hands every answer with calls back as it came", () => {
    const called = answers.filter((exchange) => oracle(exchange).calls.length > 0);
    assert.ok(called.length >= 100);
    for (const exchange of called) {
      const reading = oracle(exchange);
      const written = writtenBack(exchange, readAnswer(exchange));
      const calls = list(at(written, "tool_calls")).map((call) => ({
        name: textAt(call, "function", "name"),
        args: textAt(call, "function", "arguments"),
      }));
      assert.deepEqual(
        calls,
        reading.calls.map(({ name, args }) => ({ name, args })),
        exchange.name,
      );
      assert.equal(textAt(written, "content") ?? "", visible(reading.text), exchange.name);
      const isSigned = traitsFor(exchange.provider).echo.form === "details";
      const details = isSigned ? reading.details : [];
      for (const key of ["text", "summary", "data", "signature"]) {
        const back = list(at(written, "reasoning_details"));
        assert.equal(joined(back, key), joined(details, key), `${exchange.name} ${key}`);
      }
    }
  });

  it("tells tool calls last in every recorded answer", () => {
    for (const exchange of answers) {
      const types = readAnswer(exchange).content.map(({ type }) => type);
      const first = types.indexOf("tool_use");
      if (first < 0) continue;
      assert.deepEqual([...new Set(types.slice(first))], ["tool_use"], exchange.name);
    }
  });

  it("reads every stream alike at any split of its bytes, in the promised order", () => {
    const random = seededRandom(1);
    for (const exchange of exchanges.filter(({ events }) => events !== undefined)) {
      const bytes = bytesOf(exchange);
      const whole = readStream(exchange, [bytes]);
      assert.equal(orderFault(whole), undefined, exchange.name);
      for (let round = 0; round < 5; round += 1) {
        assert.deepEqual(readStream(exchange, splitRandomly(bytes, random)), whole, exchange.name);
      }
    }
  });

  it("takes a stream that is cut off for a failure", () => {
    for (const exchange of answers.filter(({ events }) => events !== undefined)) {
      const events = exchange.events ?? [];
      const finish = events.findIndex((event) => /"finish_reason":\s*"/.test(event));
      const cut = { ...exchange, events: events.slice(0, finish) };
      const read = readStream(cut, [bytesOf(cut)]);
      assert.equal(read.at(-1)?.type, "error", exchange.name);
      assert.equal(orderFault(read), undefined, exchange.name);
    }
  });

  it("recognises every failure", () => {
    const found = exchanges
      .filter(isFailure)
      .map((exchange) => [exchange.name, failureIn(exchange)]);
    assert.deepEqual(Object.fromEntries(found), FAILURES);
    const others = answers.filter(({ status }) => status >= 400);
    assert.deepEqual(others, []);
  });
});

function readStream(exchange: ChatExchange, pieces: Iterable<Uint8Array>): StreamEvent[] {
  return readPieces(pieces, openAiChat.openStream(traitsFor(exchange.provider), NO_CONTEXT));
}

function readAnswer(exchange: ChatExchange): Message {
  if (exchange.events !== undefined) {
    const message = collect(readStream(exchange, [bytesOf(exchange)]));
    assert.ok("content" in message, `${exchange.name}: ${JSON.stringify(message)}`);
    return message;
  }
  assert.ok(isRecord(exchange.body), exchange.name);
  const traits = traitsFor(exchange.provider);
  const read = openAiChat.readMessage(exchange.body, traits, NO_CONTEXT);
  assert.ok(read.ok, `${exchange.name}: ${JSON.stringify(read)}`);
  return read.value;
}

/** The assistant message that the next request of the conversation has. */
function writtenBack({ provider }: ChatExchange, { content }: Message): unknown {
  const results = content.flatMap((block) =>
    block.type === "tool_use"
      ? [{ type: "tool_result", toolUseId: block.id, content: [], isError: false } as const]
      : [],
  );
  const turns = [
    { role: "assistant", content },
    { role: "user", content: results },
  ] as const;
  const request = {
    model: "m",
    system: [],
    tools: [],
    stream: false,
    stopSequences: [],
    extra: {},
  };
  const written = openAiChat.writeRequest({ ...request, turns }, traitsFor(provider));
  assert.ok(written.ok);
  return list(written.value.body["messages"])[0];
}

function failureIn(exchange: ChatExchange): string | undefined {
  if (exchange.status >= 400) {
    const body = Buffer.from(JSON.stringify(exchange.body));
    return openAiChat.readError(exchange.status, [], body).kind;
  }
  if (exchange.events !== undefined) {
    const last = readStream(exchange, [bytesOf(exchange)]).at(-1);
    return last?.type === "error" ? last.error.kind : undefined;
  }
  const body = isRecord(exchange.body) ? exchange.body : {};
  const read = openAiChat.readMessage(body, traitsFor(exchange.provider), NO_CONTEXT);
  return read.ok ? undefined : read.error.kind;
}

function textIn(message: Message, type: "text" | "thinking"): string {
  return message.content.flatMap((block) => (block.type === type ? [block.text] : [])).join("");
}

function callsIn(message: Message) {
  return message.content.flatMap((block) =>
    block.type === "tool_use" ? [{ id: block.id, name: block.name, args: block.input }] : [],
  );
}

/** Only an id that no client could send back is another. */
function withId(message: Message) {
  const ids = callsIn(message).map(({ id }) => id);
  return (call: Reading["calls"][number], i: number) =>
    /^[a-zA-Z0-9_-]{1,64}$/.test(call.id) ? call : { ...call, id: ids[i] };
}

/** Blanks alone are no text. */
function visible(text: string): string {
  return text.trim() === "" ? "" : text;
}

function expectedStop({ calls, finish }: Reading): string {
  if (calls.length > 0) return "tool_use";
  return { length: "max_tokens", content_filter: "refusal" }[finish] ?? "end_turn";
}

function joined(details: readonly unknown[], key: string): string {
  return details.map((detail) => textAt(detail, key) ?? "").join("");
}

/** The figures as a bill would have them: what went in, of that from the cache, what came out, of that reasoning. */
function usageFigures(usage: TokenUsage | undefined) {
  if (usage === undefined) return undefined;
  const { input = 0, cacheRead, cacheWrite5m = 0, output, reasoning } = usage;
  return { prompt: input + (cacheRead ?? 0) + cacheWrite5m, cacheRead, output, reasoning };
}

function providerFigures(usage: unknown) {
  if (usage === undefined) return undefined;
  const number = (...keys: string[]): number | undefined => {
    const value = at(usage, ...keys);
    return typeof value === "number" ? value : undefined;
  };
  const prompt = number("prompt_tokens") ?? 0;
  const completion = number("completion_tokens") ?? 0;
  const reasoning = number("completion_tokens_details", "reasoning_tokens");
  const rest = (number("total_tokens") ?? 0) - prompt;
  const isBeside = rest <= completion && (reasoning ?? 0) > completion;
  return {
    prompt,
    cacheRead:
      number("prompt_tokens_details", "cached_tokens") ??
      number("prompt_cache_hit_tokens") ??
      number("cached_tokens") ??
      number("num_cached_tokens"),
    output: isBeside ? completion + (reasoning ?? 0) : Math.max(completion, rest),
    reasoning,
  };
}
