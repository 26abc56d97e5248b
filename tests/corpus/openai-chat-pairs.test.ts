import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Message } from "../../src/canonical/index.ts";
import { readRequest } from "../../src/ingress/anthropic/read-request.ts";
import {
  type ChatTraits,
  openAiChat,
  UNKNOWN_SERVER,
} from "../../src/upstream/dialects/openai-chat/index.ts";
import { at, isRecord, noCorpus, type Pair, pairs } from "./openai-chat-exchanges.ts";
import { list } from "./openai-chat-oracle.ts";
import { parsed, peerSaid, type Said } from "./openai-chat-peer.ts";
import { collect, NO_CONTEXT, readPieces } from "./openai-chat-replay.ts";

/** The server that the peer writes for. */
const TRAITS: ChatTraits = {
  ...UNKNOWN_SERVER,
  maxTokensField: "max_completion_tokens",
  images: "accepted",
  responseFormat: "json_schema",
  userField: "user",
  reasoning: {
    by: "reasoning_effort",
    levels: { none: "none", low: "low", medium: "medium", high: "high" },
    adaptive: undefined,
  },
};

/** Where we write otherwise than the peer, and why. */
const REQUESTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  cache_control: {
    "messages.6.content": "an image of a tool result is announced; the peer loses it",
    "messages.7.content": "the same",
    "messages.8.content": "the images follow the results, and the system turn is folded in",
    "messages.8.role": "a system message within the conversation is refused by many templates",
  },
  gpt_adaptive_thinking_with_tools: {
    reasoning_effort: "the peer turns reasoning off for one model; that is for its traits to say",
  },
  metadata: {
    user: "64 characters are the most, so a longer id goes as its hash",
  },
  server_tools: {
    "tools.0.function.parameters.properties": "an object without properties is refused by some",
  },
  "structured-output": {
    reasoning_effort: "the client asked for it; the peer drops it without thinking",
    "response_format.json_schema.name": "a name is required, any will do",
  },
  system_message: {
    "messages.0.content": "a system turn is folded into the user turn where it stands",
    "messages.1": "the same",
  },
};

/** What we read otherwise than the peer, and why. */
const ANSWERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  gemini_with_completion_tokens: {
    output: "the total proves that reasoning is billed beside the completion; the peer loses it",
  },
  gemini_zero_completion_tokens: { output: "the same" },
  truncated_tool_call: {
    calls: "a cut call cannot be run; the peer makes a text of its input, which is no object",
    text: "and what was left out is said",
  },
};

describe("openAiChat beside a peer", { skip: noCorpus }, () => {
  it("writes requests as the peer does, but for the differences listed", () => {
    const all = noCorpus === false ? pairs(/^request__messages__.*__to__completions\.json$/) : [];
    assert.ok(all.length >= 9);
    for (const { name, input, peer } of all) {
      const request = readRequest(valid(input));
      assert.ok(request.ok, name);
      const written = openAiChat.writeRequest(request.value, TRAITS);
      assert.ok(written.ok, name);
      const found = differences(withPlainText(written.value.body), withPlainText(peer));
      assert.deepEqual(found.toSorted(), Object.keys(REQUESTS[caseOf(name)] ?? {}), name);
    }
  });

  it("reads answers as the peer does, but for the differences listed", () => {
    const all = noCorpus === false ? pairs(/^response__completions__.*\.json$/) : [];
    assert.ok(all.length >= 28);
    for (const pair of all) {
      const ours = ourSaid(readAnswer(pair));
      const found = differences(ours, peerSaid(pair.name, pair.peer)).map(
        (path) => path.split(".")[0],
      );
      const known = Object.keys(ANSWERS[caseOf(pair.name)] ?? {});
      // Not every dialect that the peer writes shows every difference.
      assert.deepEqual(
        found.filter((path) => !known.includes(path ?? "")),
        [],
        pair.name,
      );
    }
  });
});

/** One recording has a format that Anthropic does not know, which our reader refuses. */
function valid(input: unknown): Readonly<Record<string, unknown>> {
  assert.ok(isRecord(input));
  const { output_format: format, ...rest } = input;
  return typeof format === "string" ? rest : input;
}

function caseOf(name: string): string {
  return name.split("__")[2] ?? "";
}

function readAnswer({ name, input }: Pair): Message {
  const events = at(input, "sse");
  if (Array.isArray(events)) {
    const bytes = Buffer.from(events.map((event) => `${String(event)}\n\n`).join(""));
    const message = collect(readPieces([bytes], openAiChat.openStream(TRAITS, NO_CONTEXT)));
    assert.ok("content" in message, name);
    return message;
  }
  const body = at(input, "body");
  assert.ok(isRecord(body), name);
  const read = openAiChat.readMessage(body, TRAITS, NO_CONTEXT);
  assert.ok(read.ok, name);
  return read.value;
}

function ourSaid({ content, usage }: Message): Said {
  const { input = 0, cacheRead, cacheWrite5m = 0, output } = usage ?? {};
  return {
    text: content.map((block) => (block.type === "text" ? block.text : "")).join(""),
    calls: content.flatMap((block) =>
      block.type === "tool_use" ? [{ name: block.name, args: parsed(block.input) }] : [],
    ),
    prompt: input + (cacheRead ?? 0) + cacheWrite5m,
    cached: cacheRead,
    output,
  };
}

/** Content that is text alone, as one text: both forms mean the same. */
function withPlainText(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, each: unknown) =>
    key === "content" && Array.isArray(each) && each.every((part) => at(part, "type") === "text")
      ? each.map((part) => at(part, "text")).join("\n\n")
      : each,
  );
}

/** The paths where two values differ; a zero that one does not tell is no difference. */
function differences(one: unknown, other: unknown, path = ""): readonly string[] {
  if (isRecord(one) && isRecord(other)) {
    return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((key) =>
      differences(one[key], other[key], path === "" ? key : `${path}.${key}`),
    );
  }
  if (Array.isArray(one) && Array.isArray(other)) {
    const length = Math.max(one.length, other.length);
    return list(Array.from({ length })).flatMap((_, i) =>
      differences(one[i], other[i], `${path}.${i}`),
    );
  }
  const isSame = (one ?? 0) === (other ?? 0) || JSON.stringify(one) === JSON.stringify(other);
  return isSame ? [] : [path];
}
