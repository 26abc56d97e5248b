import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { at } from "../conformance/exchange.ts";
import { corpusExchanges, noSharedRecordings } from "../conformance/shared-recordings.ts";
import { CORPUS, chatExchanges, noCorpus } from "./openai-chat-exchanges.ts";
import { recordedAnswers } from "./openai-responses-recordings.ts";

/** Some recordings, and the test that replays each of them or the reason why none does. */
type Row = { readonly count: number } & (
  | { readonly replayedIn: string }
  | { readonly reason: string }
);

const NO_BEDROCK = "no provider here is spoken to in Bedrock's dialects";
const SAME =
  "both sides speak one dialect: the bytes pass, which tests/golden and tests/conformance show";

/**
 * By protocol. In the tests that are named an exchange which is left out, refused or read otherwise stands in a table by
 * its own name, with why; all others decode without loss, tell the usage that they were told, come to the whole answer
 * as streams, and do so at any split.
 */
const EXCHANGES: Readonly<Record<string, Row>> = {
  "anthropic-count-tokens": { count: 5, replayedIn: "anthropic" },
  "anthropic-messages": { count: 96, replayedIn: "anthropic" },
  "bedrock-converse": { count: 49, reason: NO_BEDROCK },
  "bedrock-count-tokens": { count: 4, reason: NO_BEDROCK },
  "bedrock-invoke-anthropic": { count: 23, reason: NO_BEDROCK },
  "gemini-count-tokens": { count: 2, replayedIn: "gemini" },
  "gemini-generate": { count: 87, replayedIn: "gemini" },
  "openai-chat": { count: 286, replayedIn: "openai-chat" },
  "openai-responses": { count: 144, replayedIn: "openai-responses" },
  "vertex-rawpredict": { count: 10, replayedIn: "anthropic" },
};

/** By what they are named; each belongs to the first that matches. */
const PAIRS: readonly (readonly [name: RegExp, row: Row])[] = [
  [/^request__responses__/, { count: 12, replayedIn: "ingress-openai-responses" }],
  [/^re.*bedrock/, { count: 42, reason: NO_BEDROCK }],
  [/^request__(?:count-tokens|messages)__.*__to__vertex$/, { count: 9, replayedIn: "vertex" }],
  [/^request__(?:count-tokens|messages)__.*__to__anthropic$/, { count: 9, reason: SAME }],
  [/^request__gemini__/, { count: 6, reason: SAME }],
  [/^response__anthropic__.*__messages-messages/, { count: 9, reason: SAME }],
  [/^request__completions__.*__to__anthropic$/, { count: 6, replayedIn: "anthropic-pairs" }],
  [/^response__anthropic__/, { count: 9, replayedIn: "anthropic-pairs" }],
  [/^request__.*__to__.*gemini$/, { count: 10, replayedIn: "gemini-pairs" }],
  [/^response__vertex-gemini__/, { count: 9, replayedIn: "gemini-pairs" }],
  [/^request__messages__.*__to__completions$/, { count: 9, replayedIn: "openai-chat-pairs" }],
  [/^response__completions__/, { count: 28, replayedIn: "openai-chat-pairs" }],
  [/^request__messages__.*__to__responses$/, { count: 3, replayedIn: "openai-responses-pairs" }],
  [/^response__responses__/, { count: 12, replayedIn: "openai-responses-pairs" }],
];

describe("the corpus", { skip: noCorpus || noSharedRecordings }, () => {
  it("has every exchange replayed, or a reason why not", () => {
    const found = readdirSync(join(CORPUS, "exchanges")).map((protocol) => [
      protocol,
      readdirSync(join(CORPUS, "exchanges", protocol)).length,
    ]);
    const expected = Object.entries(EXCHANGES).map(([protocol, { count }]) => [protocol, count]);
    assert.deepEqual(Object.fromEntries(found), Object.fromEntries(expected));
    Object.values(EXCHANGES).forEach(assertRow);
  });

  it("has an index of the same exchanges", () => {
    const counts: Record<string, number> = {};
    for (const line of readFileSync(join(CORPUS, "index.jsonl"), "utf8").trim().split("\n")) {
      const protocol = String(at(JSON.parse(line), "protocol"));
      counts[protocol] = (counts[protocol] ?? 0) + 1;
    }
    for (const [protocol, { count }] of Object.entries(EXCHANGES)) {
      assert.equal(counts[protocol], count, protocol);
    }
  });

  it("is read whole by the tests that replay it", () => {
    const read: Readonly<Record<string, number>> = {
      "openai-chat": chatExchanges().length,
      "openai-responses": recordedAnswers().length,
    };
    for (const [protocol, row] of Object.entries(EXCHANGES)) {
      if ("reason" in row) continue;
      const count = read[protocol] ?? corpusExchanges(protocol).length;
      assert.equal(count, row.count, protocol);
    }
  });

  it("has every pair compared, or a reason why not", () => {
    const counts = PAIRS.map(() => 0);
    for (const file of readdirSync(join(CORPUS, "pairs"))) {
      const name = file.replace(/\.json$/, "");
      const row = PAIRS.findIndex(([pattern]) => pattern.test(name));
      assert.ok(row >= 0, `nothing is said of ${name}`);
      counts[row] = (counts[row] ?? 0) + 1;
    }
    assert.deepEqual(
      counts,
      PAIRS.map(([, { count }]) => count),
    );
    PAIRS.forEach(([, row]) => assertRow(row));
  });
});

function assertRow(row: Row): void {
  if ("reason" in row) assert.notEqual(row.reason, "");
  else assert.ok(existsSync(join(import.meta.dirname, `${row.replayedIn}.test.ts`)));
}
