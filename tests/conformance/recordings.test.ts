import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Exchange, headerOf } from "./exchange.ts";
import { seededRandom } from "./random-splits.ts";
import { clientRecordings, corpusExchanges, noSharedRecordings } from "./shared-recordings.ts";
import { verifyAll } from "./verify.ts";

function isStream({ response }: Exchange): boolean {
  return (headerOf(response.headers, "content-type") ?? "").includes("event-stream");
}

describe("recorded traffic through a running gateway", { skip: noSharedRecordings }, () => {
  for (const client of ["claude", "claude-2.1.329", "sdk"] as const) {
    it(`carries every exchange of ${client} unchanged and records what it used`, async () => {
      const exchanges = clientRecordings(client);
      const { priced } = await verifyAll(exchanges);
      assert.ok(priced > exchanges.length / 5, `usage was compared for ${priced} only`);
    });
  }

  it("carries every recorded answer of the provider unchanged and records what it used", async () => {
    const exchanges = corpusExchanges("anthropic-messages");
    const { priced } = await verifyAll(exchanges);
    assert.ok(priced > exchanges.length / 2, `usage was compared for ${priced} only`);
  });

  it("records the same when the provider's answers arrive split at random", async (context) => {
    const seed = Date.now() % 1_000_000;
    context.diagnostic(`seed ${seed}`);
    const random = seededRandom(seed);
    const streams = [
      ...corpusExchanges("anthropic-messages"),
      ...clientRecordings("claude-2.1.329"),
    ]
      .filter(isStream)
      .filter((_, index) => index % 4 === seed % 4);
    const { priced } = await verifyAll(streams, ({ response }) => ({
      splitAt: Array.from({ length: 8 }, () => Math.floor(random() * response.body.length)),
      pieceDelayMs: 1,
    }));
    assert.ok(priced > streams.length / 2, `usage was compared for ${priced} only`);
  });

  it("carries every recorded token count unchanged", async () => {
    await verifyAll(corpusExchanges("anthropic-count-tokens"));
  });
});
