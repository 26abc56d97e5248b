import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { clientRecordings, corpusExchanges, noSharedRecordings } from "./shared-recordings.ts";
import { verifyAll } from "./verify.ts";

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

  it("carries every recorded token count unchanged", async () => {
    await verifyAll(corpusExchanges("anthropic-count-tokens"));
  });
});
