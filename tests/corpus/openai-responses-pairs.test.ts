import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AnswerContext, Message } from "../../src/canonical/index.ts";
import { readRequest } from "../../src/ingress/anthropic/read-request.ts";
import { openAiResponses } from "../../src/upstream/dialects/openai-responses/index.ts";
import { collect } from "../../src/upstream/dialects/openai-responses/stream.fixture.ts";
import { TRAITS } from "../../src/upstream/dialects/openai-responses/traits.fixture.ts";
import { at, isRecord } from "../conformance/exchange.ts";
import { differingPaths } from "./openai-responses-differences.ts";
import { expectedOf, finalResponse } from "./openai-responses-oracle.ts";
import { noCorpus, type PeerPair, peerPairs, streamBytes } from "./openai-responses-recordings.ts";
import { readStream } from "./openai-responses-replay.ts";

const CONTEXT: AnswerContext = { toolNames: new Map(), callIds: new Set() };

/** Where a written request differs from the peer's, and why. */
const REQUEST_DIFFERENCES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  request__messages__basic__to__responses: {
    store: "nothing is to be stored; the peer leaves the server's default, which stores",
    include: "without it a server that stores nothing cannot be given its thinking back",
  },
  request__messages__tools__to__responses: {
    store: "as above",
    include: "as above",
    "tools.0.strict": "left out, the server may turn it on",
  },
  request__messages__responses_agent_subset__to__responses: {
    store: "as above",
    include: "as above",
    instructions: "blocks are paragraphs: two line ends between them, not one",
    "input.0.content.3": "a file id of another provider means nothing; the peer sends it",
    "input.1.id": "the peer mints an item id out of the call's",
    "input.1.status": "belongs to answers",
    "input.2.status": "belongs to answers",
    "reasoning.summary": "so that there is something to show as thinking",
    "text.format.name": "either name is made up",
    "text.format.strict": "left out, the server may turn it on",
    metadata: "an end user's id is not handed to another provider",
    prompt_cache_key: "a hash of the user id takes the place of metadata",
    "tools.0.strict": "left out, the server may turn it on",
  },
};

/** Where a read answer differs from the peer's, and why. */
const ANSWER_DIFFERENCES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "response__responses__reasoning__responses-messages": {
    content: "the peer drops thinking that comes as `reasoning_text`",
  },
  "response__responses__stream-image__responses-messages-streaming": {
    content: "the peer makes an empty text of a picture; here it stays as it came",
  },
};

describe("a peer's translations", { skip: noCorpus }, () => {
  it("of requests differ from ours where ours has a reason", () => {
    const pairs = peerPairs(/^request__messages__.*__to__responses\.json$/);
    assert.equal(pairs.length, 3);
    for (const { name, input, output } of pairs) {
      assert.ok(isRecord(input));
      const request = readRequest(input);
      assert.ok(request.ok, name);
      const written = openAiResponses.writeRequest(request.value, TRAITS);
      assert.ok(written.ok, name);
      const reasons = Object.keys(REQUEST_DIFFERENCES[name] ?? {});
      assert.deepEqual(differingPaths(written.value.body, output), reasons.toSorted(), name);
    }
  });

  it("of answers differ from ours where ours has a reason", () => {
    const pairs = peerPairs(/^response__responses__.*__responses-messages(?:-streaming)?\.json$/);
    assert.equal(pairs.length, 6);
    for (const pair of pairs) {
      const ours = asAnthropic(readAnswer(pair));
      const differences = differingPaths(ours, peerMessage(pair.output)).map(
        (path) => path.split(".")[0],
      );
      const reasons = Object.keys(ANSWER_DIFFERENCES[pair.name] ?? {});
      assert.deepEqual([...new Set(differences)], reasons, pair.name);
    }
  });

  it("of answers into this very dialect have the same inputs, which are read in full", () => {
    const pairs = peerPairs(/^response__responses__.*__responses-responses(?:-streaming)?\.json$/);
    assert.equal(pairs.length, 6);
    for (const pair of pairs) {
      const bytes = streamBytes(pair.input);
      const raw = bytes === undefined ? at(pair.input, "body") : finalResponse(bytes.toString());
      assert.ok(isRecord(raw), pair.name);
      const message = readAnswer(pair);
      const isCut = pair.name.includes("truncated");
      const kinds = expectedOf(isCut ? { ...raw, output: [] } : raw).blocks.map(kindOf);
      assert.deepEqual(
        message.content.map(({ type }) => type),
        isCut ? ["tool_use"] : kinds,
      );
      // The call's input stops in the middle, which the status says too.
      if (isCut) assert.equal(message.stopReason, "max_tokens");
    }
  });
});

function kindOf(block: unknown): unknown {
  return Array.isArray(block) ? block[0] : block;
}

function readAnswer({ name, input }: PeerPair): Message {
  const bytes = streamBytes(input);
  if (bytes !== undefined) return collect(readStream(bytes, [bytes.length]));
  const body = at(input, "body");
  assert.ok(isRecord(body), name);
  const message = openAiResponses.readMessage(body, TRAITS, CONTEXT);
  assert.ok(message.ok, name);
  return message.value;
}

/** As the peer's snapshots show an answer, without ids, names of tiers and cache fields of zero. */
function asAnthropic(message: Message): unknown {
  const { input, output, cacheRead, cacheWrite5m } = message.usage ?? {};
  return {
    content: message.content.map((block) =>
      block.type === "tool_use"
        ? { type: block.type, id: block.id, name: block.name, input: JSON.parse(block.input) }
        : block,
    ),
    model: message.model,
    stop_reason: message.stopReason,
    usage: { input, output, read: cacheRead || undefined, write: cacheWrite5m || undefined },
  };
}

function peerMessage(output: unknown): unknown {
  const bytes = streamBytes(output);
  const message = bytes === undefined ? at(output, "body", "response") : accumulate(bytes);
  const usage = (key: string) => at(message, "usage", key);
  return {
    content: at(message, "content"),
    model: at(message, "model"),
    stop_reason: at(message, "stop_reason"),
    usage: {
      input: usage("input_tokens"),
      output: usage("output_tokens"),
      read: usage("cache_read_input_tokens"),
      write: usage("cache_creation_input_tokens"),
    },
  };
}

/** The message that the peer's Anthropic events make. */
function accumulate(bytes: Buffer): unknown {
  const events = bytes
    .toString()
    .split("\n")
    .filter((line) => line.startsWith("data:"))
    .map((line): unknown => JSON.parse(line.slice(5)));
  const ofType = (type: string) => events.filter((event) => at(event, "type") === type);
  const deltas = ofType("content_block_delta");
  const content = ofType("content_block_start").map((event) => {
    const block = at(event, "content_block");
    const pieces = deltas
      .filter((delta) => at(delta, "index") === at(event, "index"))
      .map((delta) => at(delta, "delta", "text") ?? at(delta, "delta", "partial_json"));
    assert.ok(isRecord(block));
    const text = pieces.join("");
    return block["type"] === "tool_use"
      ? { ...block, input: JSON.parse(text) }
      : { ...block, text };
  });
  const [end] = ofType("message_delta");
  return {
    content,
    model: at(ofType("message_start")[0], "message", "model"),
    stop_reason: at(end, "delta", "stop_reason"),
    usage: at(end, "usage"),
  };
}
