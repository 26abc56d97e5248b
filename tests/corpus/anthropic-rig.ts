import assert from "node:assert/strict";
import { isObject } from "../../src/base/json.ts";
import type {
  AnswerContext,
  CanonicalRequest,
  JsonObject,
  StreamEvent,
} from "../../src/canonical/index.ts";
import { StreamWriter } from "../../src/ingress/anthropic/write-stream.ts";
import {
  type AnthropicTraits,
  anthropicMessages,
} from "../../src/upstream/dialects/anthropic/hub/index.ts";
import { parseEvent } from "../../src/upstream/sse/parse-event.ts";
import { SseSplitter } from "../../src/upstream/sse/splitter.ts";

/** A model that takes everything: what is then missing was lost on the way. */
export const EVERYTHING: AnthropicTraits = {
  defaultMaxTokens: 32_000,
  thinking: "either",
  efforts: ["low", "medium", "high", "xhigh", "max"],
  sampling: "all",
  takesSchemas: true,
  hasSystemTurns: true,
  cachesByItself: false,
};

/** Nothing was renamed on the way, and no call came before. */
export const NO_CONTEXT: AnswerContext = { toolNames: new Map(), callIds: new Set() };

export const ANSWER = {
  model: "the-model-asked-for",
  estimatedInputTokens: 1_000,
  credential: "caller",
} as const;

/** The events of a stream whose bytes come in these pieces. */
export function readStream(pieces: Iterable<Uint8Array>): StreamEvent[] {
  const reader = anthropicMessages.openStream(EVERYTHING, NO_CONTEXT);
  const events: StreamEvent[] = [];
  const splitter = new SseSplitter((text, from, end) => {
    const event = parseEvent(text.slice(from, end));
    if (event !== undefined) events.push(...reader.push(event));
  });
  for (const piece of pieces) splitter.push(piece);
  splitter.finish();
  return [...events, ...reader.end()];
}

export function writeStream(events: readonly StreamEvent[]): Buffer {
  const writer = new StreamWriter(ANSWER);
  return Buffer.from(events.map((event) => writer.push(event)).join(""));
}

/** Without what the writer changes on purpose: the model's name, usage that nobody told, an answer without a block. */
export function comparable(events: readonly StreamEvent[]): readonly unknown[] {
  const hasBlock = events.some(({ type }) => type === "block");
  return events.flatMap((event): readonly unknown[] => {
    if (event.type === "start") return [{ ...event, model: "", usage: undefined }];
    if (event.type !== "end") return [event];
    const { usage: _usage, ...end } = event;
    const block = [{ type: "block", block: { type: "text" } }, { type: "block_end" }];
    return [...(hasBlock ? [] : block), end];
  });
}

/** The usages of a stream that told them all. */
export function usages(events: readonly StreamEvent[]): readonly unknown[] {
  return events.flatMap((event) => ("usage" in event ? [onlyTold(event.usage)] : []));
}

/** Only what is told: a unit that is undefined says as little as one that is left out. */
export function onlyTold(value: object | undefined): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

export function writeRequest(request: CanonicalRequest): JsonObject {
  const written = anthropicMessages.writeRequest(request, EVERYTHING);
  assert.ok(written.ok, "the request can be written");
  assert.deepEqual(written.value.lossy, []);
  const body: unknown = JSON.parse(JSON.stringify(written.value.body));
  assert.ok(isObject(body));
  return clean(body);
}

/** A request body with one spelling for everything that the API takes in several. */
export function normalised(body: JsonObject): JsonObject {
  const { messages, system, tools, stream, ...rest } = body;
  return clean({
    max_tokens: EVERYTHING.defaultMaxTokens,
    ...rest,
    ...(stream === true ? { stream } : {}),
    ...(isEmpty(system) ? {} : { system: asBlocks(system) }),
    ...(isEmpty(tools) ? {} : { tools: listOf(tools).map(normalisedTool) }),
    messages: merged(
      listOf(messages).map((message) => ({ ...message, content: asBlocks(message["content"]) })),
    ),
  });
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "" || listOf(value).length === 0;
}

function listOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : typeof value === "string" ? [{}] : [];
}

function asBlocks(content: unknown): readonly JsonObject[] {
  if (typeof content === "string")
    return content.trim() === "" ? [] : [{ type: "text", text: content }];
  return listOf(content)
    .filter(({ type, text }) => type !== "text" || String(text).trim() !== "")
    .map((block) => {
      if (block["type"] !== "tool_result") return block;
      const { is_error: isError, ...rest } = block;
      const inner = asBlocks(block["content"]);
      return { ...rest, content: inner, ...(isError === true ? { is_error: true } : {}) };
    });
}

function normalisedTool(tool: JsonObject): JsonObject {
  const { type, defer_loading: isDeferred, ...rest } = tool;
  return {
    ...rest,
    ...(type === undefined || type === "custom" ? {} : { type }),
    ...(isDeferred === true ? { defer_loading: true } : {}),
  };
}

function merged(messages: readonly (JsonObject & { readonly content: readonly JsonObject[] })[]) {
  const out: (JsonObject & { readonly content: readonly JsonObject[] })[] = [];
  for (const message of messages.filter(({ content }) => content.length > 0)) {
    const last = out.at(-1);
    const isPlain = Object.keys({ ...last, ...message }).length === 2;
    if (last?.["role"] === message["role"] && message["role"] !== "system" && isPlain) {
      out[out.length - 1] = { ...last, content: [...(last?.content ?? []), ...message.content] };
    } else {
      out.push(message);
    }
  }
  return out;
}

/** Without nulls, and with the cache's default lifetime unsaid. */
function clean(value: JsonObject): JsonObject {
  const text = JSON.stringify(value, (key, member: unknown) => {
    if (member === null) return undefined;
    if (key !== "cache_control" || !isObject(member) || member["ttl"] !== "5m") return member;
    const { ttl: _default, ...rest } = member;
    return rest;
  });
  const cleaned: unknown = JSON.parse(text);
  return isObject(cleaned) ? cleaned : {};
}
