import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Message, messageEvents, type StreamEvent } from "../../src/canonical/index.ts";
import { openAiChatDialect } from "../../src/ingress/openai-chat/index.ts";
import { anthropicMessages } from "../../src/upstream/dialects/anthropic/hub/index.ts";
import { at, isRecord } from "../conformance/exchange.ts";
import { framesOf } from "../golden/frames.ts";
import { EVERYTHING, NO_CONTEXT, readStream } from "./anthropic-rig.ts";
import { FACTS } from "./ingress-openai-chat-rig.ts";
import { noCorpus, type Pair, pairs } from "./openai-chat-exchanges.ts";
import { peerSaid, type Said } from "./openai-chat-peer.ts";
import { differingPaths } from "./openai-responses-differences.ts";
import { streamBytes } from "./openai-responses-recordings.ts";

const MAX_TOKENS = "an agent's answers are longer than the peer's 4,096";
const EFFORT = "the newest models take an effort, and refuse a budget; the peer knows budgets only";

/** Where a Chat request is written otherwise than the peer writes it for Anthropic, and why. */
const REQUESTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  basic: { max_tokens: MAX_TOKENS, system: "blocks say the same as the peer's string" },
  full: {
    output_config: "a schema that takes any object is refused: any JSON is asked for in words",
    "stop_sequences.0": "a stop at blanks alone is refused",
    "stop_sequences.1": "the same",
    system: "with those words; blocks say the same as the peer's string",
    "tools.1": "functions in the older form are tools too; the peer drops them",
  },
  "image-url": { max_tokens: MAX_TOKENS },
  reasoning: { max_tokens: MAX_TOKENS, output_config: EFFORT, thinking: EFFORT },
  reasoning_max: { max_tokens: MAX_TOKENS, output_config: EFFORT, thinking: EFFORT },
  "tool-call": {
    max_tokens: MAX_TOKENS,
    "messages.2.content.0.content": "blocks say the same as the peer's string",
    "messages.2.content.1": "all results of a turn are in one turn, or the API refuses them",
    "messages.3": "the same",
  },
};

/** What is refused, and what is then asked instead: several answers to one request are several requests. */
const ONE_ANSWER = { n: 1 };
const REFUSED: Readonly<Record<string, RegExp>> = { full: /^n: expected 1/ };

const CACHED =
  "the API counts beside its input what was cached; the peer leaves that out of the sum";

/** Where an answer of Anthropic's is said otherwise in Chat's words, and why. */
const ANSWERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  basic: { prompt: CACHED },
  stream_message_delta_usage: { prompt: CACHED },
  thinking: { prompt: CACHED },
  tool: { prompt: CACHED },
};

describe("a peer's translations to and from Anthropic", { skip: noCorpus }, () => {
  it("of Chat's requests differ from ours where ours has a reason", () => {
    const all = noCorpus === false ? pairs(/^request__completions__.*__to__anthropic\.json$/) : [];
    assert.equal(all.length, Object.keys(REQUESTS).length);
    for (const { name, input, peer } of all) {
      assert.ok(isRecord(input), name);
      const refusal = REFUSED[caseOf(name)];
      const read = openAiChatDialect.canonical.readRequest(input, {});
      if (refusal !== undefined) assert.match(read.ok ? "" : read.error.message, refusal);
      const asked = openAiChatDialect.canonical.readRequest({ ...input, ...ONE_ANSWER }, {});
      assert.ok(asked.ok, name);
      const written = anthropicMessages.writeRequest(asked.value, EVERYTHING);
      assert.ok(written.ok, name);
      const body: unknown = JSON.parse(JSON.stringify(written.value.body));
      const reasons = Object.keys(REQUESTS[caseOf(name)] ?? {});
      assert.deepEqual(differingPaths(body, peer), reasons.toSorted(), name);
    }
  });

  it("of answers into Chat differ from ours where ours has a reason", () => {
    const all = noCorpus === false ? pairs(/^response__anthropic__.*__messages-completions/) : [];
    assert.equal(all.length, 9);
    for (const pair of all) {
      const [ours, theirs] = [ourSaid(pair), peerSaid(pair.name, pair.peer)];
      const reasons = Object.keys(ANSWERS[caseOf(pair.name)] ?? {});
      assert.deepEqual(differingPaths(ours, theirs), reasons, pair.name);
    }
  });
});

function caseOf(name: string): string {
  return name.split("__")[2] ?? "";
}

/** What a Chat client is told of the pair's answer. */
function ourSaid({ name, input }: Pair): Said {
  const bytes = streamBytes(input);
  if (bytes !== undefined) return saidIn(name, readStream([bytes]));
  const body = at(input, "body");
  assert.ok(isRecord(body), name);
  const read = anthropicMessages.readMessage(body, EVERYTHING, NO_CONTEXT);
  assert.ok(read.ok, name);
  const whole = wholeSaid(name, read.value);
  assert.deepEqual(saidIn(`${name}-streaming`, messageEvents(read.value)), whole, name);
  return whole;
}

function wholeSaid(name: string, message: Message): Said {
  const response: unknown = JSON.parse(openAiChatDialect.canonical.writeMessage(message, FACTS));
  return peerSaid(name, { body: { response } });
}

function saidIn(name: string, events: readonly StreamEvent[]): Said {
  const writer = openAiChatDialect.canonical.openWriter(FACTS);
  const text = events.map((event) => writer.push(event)).join("");
  const sse = framesOf(text).map(
    ({ data }) => `data: ${typeof data === "string" ? data : JSON.stringify(data)}`,
  );
  return peerSaid(name, { sse });
}
