import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { headerOf } from "./exchange.ts";
import { ownRecordings } from "./own-recordings.ts";
import { seededRandom } from "./random-splits.ts";
import { verifyAll } from "./verify.ts";

describe("synthetic exchanges through a running gateway", () => {
  it("arrive unchanged both ways and are recorded with what they used", async () => {
    const { priced } = await verifyAll(ownRecordings());
    assert.ok(priced > 20, `usage was compared for ${priced} only`);
  });

  it("arrive unchanged and use the same however the upstream's writes are split", async (context) => {
    const streams = ownRecordings().filter(({ response }) =>
      (headerOf(response.headers, "content-type") ?? "").includes("event-stream"),
    );
    const seed = Date.now() % 1_000_000;
    context.diagnostic(`seed ${seed}`);
    const random = seededRandom(seed);
    await verifyAll(streams, ({ response }) => ({
      splitAt: Array.from({ length: 16 }, () => Math.floor(random() * response.body.length)),
      pieceDelayMs: 1,
    }));
  });
});
