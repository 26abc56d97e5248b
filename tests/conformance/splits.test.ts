import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { meter, sumTokens } from "../../src/metering/index.ts";
import { makeTap, type Observation } from "../../src/upstream/dialects/anthropic/index.ts";
import { type Exchange, headerOf } from "./exchange.ts";
import { ownRecordings } from "./own-recordings.ts";
import { asksForStream } from "./passed-on.ts";
import { seededRandom, splitRandomly } from "./random-splits.ts";
import { clientRecordings, corpusExchanges, noSharedRecordings } from "./shared-recordings.ts";
import { expectedUsage } from "./usage-oracle.ts";

const SPLITS = 6;

describe("usage read from an answer", () => {
  it("is the same for any split of synthetic answers", async () => {
    assert.ok((await checkAll(ownRecordings())) > 15);
  });

  it("is the same for any split of recorded answers", { skip: noSharedRecordings }, async () => {
    const exchanges = [
      ...clientRecordings("claude"),
      ...clientRecordings("claude-2.1.329"),
      ...clientRecordings("sdk"),
      ...corpusExchanges("anthropic-messages"),
    ];
    assert.ok((await checkAll(exchanges)) > 250);
  });
});

/** How many exchanges had a usage to compare. */
async function checkAll(exchanges: readonly Exchange[]): Promise<number> {
  const seed = Date.now() % 1_000_000;
  const random = seededRandom(seed);
  let compared = 0;
  for (const exchange of exchanges) {
    const expected = expectedUsage(exchange);
    if (expected?.source !== "provider") continue;
    compared += 1;
    const whole = await observe(exchange, [exchange.response.body]);
    assert.deepEqual(tokensOf(whole, exchange), expected, exchange.name);
    for (let split = 0; split < SPLITS; split += 1) {
      const pieces = splitRandomly(exchange.response.body, random);
      const seen = await observe(exchange, pieces);
      assert.deepEqual(seen, whole, `${exchange.name} with seed ${seed}`);
    }
  }
  return compared;
}

async function observe(exchange: Exchange, pieces: readonly Buffer[]): Promise<Observation> {
  const { headers } = exchange.response;
  const tap = makeTap({
    contentType: headerOf(headers, "content-type"),
    contentEncoding: headerOf(headers, "content-encoding"),
    isStream: asksForStream(exchange.request.body),
  });
  assert.ok(tap !== undefined, exchange.name);
  for (const piece of pieces) tap.push(piece);
  return await tap.finish();
}

function tokensOf(observation: Observation, { response }: Exchange): unknown {
  const { usage, source } = meter(observation, {
    requestedModel: undefined,
    status: response.status,
  });
  const { input, cacheRead, cacheWrite, output } = usage === undefined ? {} : sumTokens(usage);
  return {
    source,
    input: input ?? null,
    cacheRead: cacheRead ?? null,
    cacheWrite: cacheWrite ?? null,
    output: output ?? null,
  };
}
