import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Block, Message, UpstreamErrorKind } from "../../src/canonical/index.ts";
import { collectMessage } from "../../src/canonical/index.ts";
import { geminiDialect, readCount } from "../../src/upstream/dialects/gemini/index.ts";
import { orderProblem } from "../../src/upstream/dialects/shared/event-order.fixture.ts";
import type { Exchange } from "../conformance/exchange.ts";
import { seededRandom, splitRandomly } from "../conformance/random-splits.ts";
import { corpusExchanges, noSharedRecordings } from "../conformance/shared-recordings.ts";
import { responsesOf, type Told, tell } from "./gemini-oracle.ts";
import { NO_CONTEXT, readPieces, TRAITS } from "./gemini-replay.ts";

const SPLITS = 25;

/** What the failed answers of the corpus mean, by status and the status word. */
const KINDS: Readonly<Record<string, UpstreamErrorKind>> = {
  "400": "invalid_request",
  "404": "not_found",
  "429": "rate_limit",
};

describe("the Gemini dialect on recorded traffic", { skip: noSharedRecordings }, () => {
  const exchanges = noSharedRecordings === false ? corpusExchanges("gemini-generate") : [];
  const counts = noSharedRecordings === false ? corpusExchanges("gemini-count-tokens") : [];

  for (const exchange of exchanges) it(`reads ${exchange.name}`, () => replay(exchange));

  for (const exchange of counts) {
    it(`reads ${exchange.name}`, () => {
      const body = JSON.parse(exchange.response.body.toString("utf8"));
      if (exchange.response.status !== 200) return checkError(exchange);
      assert.deepEqual(readCount(body), { ok: true, value: body.totalTokens });
    });
  }

  it("has seen all of them", () => {
    assert.ok(
      exchanges.length >= 87 && counts.length >= 2,
      `${exchanges.length} + ${counts.length}`,
    );
  });
});

function replay(exchange: Exchange): void {
  if (exchange.response.status !== 200) return checkError(exchange);
  const { body } = exchange.response;
  const told = tell(responsesOf(body));
  const events = isStream(body) ? checkSplits(body) : undefined;
  const read =
    events === undefined
      ? geminiDialect.readMessage(JSON.parse(body.toString("utf8")), TRAITS, NO_CONTEXT)
      : collectMessage(events);
  if (told.reasons.includes("UNEXPECTED_TOOL_CALL")) {
    const remedy = { by: "again", usage: told.usage };
    assert.deepEqual(read, { ok: false, error: { kind: "server", message: told.message, remedy } });
    return;
  }
  assert.ok(read.ok, JSON.stringify(read));
  compare(read.value, told);
}

/** The events of the whole body, which every split has to give again. */
function checkSplits(body: Buffer) {
  const events = readPieces([body]);
  assert.equal(orderProblem(events), undefined);
  const random = seededRandom(body.length);
  for (let round = 0; round < SPLITS; round += 1) {
    assert.deepEqual(readPieces(splitRandomly(body, random)), events);
  }
  return events;
}

function compare(message: Message, told: Told): void {
  const isRefused =
    told.blocked !== undefined || told.reasons.some((each) => /SAFETY|ARMOR/.test(String(each)));
  const words =
    told.text === "" && isRefused && told.calls.length === 0 ? (told.message ?? "") : told.text;
  assert.equal(joined(message, "text").replaceAll(/\[[^\]]* from the model omitted\]/g, ""), words);
  assert.equal(joined(message, "thinking"), told.thoughts);
  const calls = message.content.filter((block) => block.type === "tool_use");
  assert.deepEqual(
    calls.map(({ name, input }) => ({ name, args: JSON.parse(input) })),
    told.calls.map(({ name, args }) => ({ name, args })),
  );
  assert.equal(new Set(calls.map(({ id }) => id)).size, calls.length);
  assert.ok(calls.every(({ id }) => /^[\w-]{1,40}$/.test(id)));
  assert.deepEqual(
    message.content.flatMap((block) =>
      block.type === "thinking" && block.signature !== undefined ? [block.signature] : [],
    ),
    told.signatures,
  );
  checkServerBlocks(message.content, told);
  assert.deepEqual(message.usage, told.usage);
  assert.equal(message.model, told.model);
  assert.equal(message.stopReason, expectedStop(told, isRefused));
}

function expectedStop(told: Told, isRefused: boolean): Message["stopReason"] {
  if (isRefused) return "refusal";
  if (told.calls.length > 0) return "tool_use";
  return told.reasons.at(-1) === 2 ? "max_tokens" : "end_turn";
}

function checkServerBlocks(content: readonly Block[], told: Told): void {
  const raws = content.flatMap((block) =>
    block.type === "opaque" ? [JSON.stringify(block.raw)] : [],
  );
  for (const each of [...told.code, ...told.pages]) {
    assert.ok(
      raws.some((raw) => raw.includes(JSON.stringify(each))),
      `${String(each)} is lost`,
    );
  }
}

function checkError(exchange: Exchange): void {
  const { status = 0, body, headers } = exchange.response;
  const error = JSON.parse(body.toString("utf8")).error;
  const delay = exchange.name.includes("retry-info") ? 34_400 : undefined;
  assert.deepEqual(geminiDialect.readError(status, headers, body), {
    kind: KINDS[status],
    message: error.message,
    status,
    retryAfterMs: delay,
    tokens: undefined,
  });
}

function joined(message: Message, type: "text" | "thinking"): string {
  return message.content.flatMap((block) => (block.type === type ? [block.text] : [])).join("");
}

function isStream(body: Buffer): boolean {
  return body.toString("latin1", 0, 5) === "data:";
}
