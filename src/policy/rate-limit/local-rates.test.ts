import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KeySpeed } from "./key-limits.ts";
import { LocalRates, type RateClaim } from "./local-rates.ts";

/** A clock that the test moves, and keys by their speed. */
function start() {
  const time = { nowMs: 0 };
  const rates = new LocalRates(() => time.nowMs);
  const ask = async (speed: KeySpeed, more: Partial<RateClaim> & { readonly id?: string } = {}) => {
    const { id = "key_1", session = "s", ...rest } = more;
    const tokens = "tokens" in rest ? rest.tokens : 10;
    return await rates.enter({ key: { id, name: "ci", speed }, session, tokens });
  };
  return { time, ask };
}

/** The limit that was reached. */
async function refusal(asked: ReturnType<ReturnType<typeof start>["ask"]>) {
  const entered = await asked;
  assert.ok(!entered.ok);
  return entered.error;
}

describe("LocalRates", () => {
  it("S3-01: refuses one request too many in a minute, names the limit and says when to come again", async () => {
    const { time, ask } = start();
    const speed = { requestsPerMinute: 2 };
    assert.ok((await ask(speed)).ok);
    assert.ok((await ask(speed)).ok);
    time.nowMs = 20_000;
    const { limit, error } = await refusal(ask(speed));
    assert.equal(limit, "rpm");
    assert.equal(error.code, "rate_limited");
    assert.match(error.message, /^The key "ci" may have 2 requests a minute \(rpm\)/);
    assert.equal(error.retryAfterMs, 40_500);
    assert.ok((await ask(speed, { id: "key_2" })).ok, "another key is not concerned");
    time.nowMs = 61_000;
    assert.ok((await ask(speed)).ok);
  });

  it("counts a request's tokens as they are estimated, then as they were used", async () => {
    const { ask } = start();
    const speed = { tokensPerMinute: 100 };
    const first = await ask(speed, { tokens: 90 });
    assert.ok(first.ok);
    assert.equal((await refusal(ask(speed, { tokens: 20 }))).limit, "tpm");
    first.value.settle(30, 0);
    assert.ok((await ask(speed, { tokens: 20 })).ok);
  });

  it("has places at a time, for a key and for each session, and takes each back once", async () => {
    const { ask } = start();
    const speed = { concurrency: 3, sessionConcurrency: 2 };
    const first = await ask(speed, { session: "a" });
    assert.ok((await ask(speed, { session: "a" })).ok);
    assert.equal((await refusal(ask(speed, { session: "a" }))).limit, "session_concurrency");
    assert.ok((await ask(speed, { session: "b" })).ok);
    assert.equal((await refusal(ask(speed, { session: "b" }))).limit, "concurrency");
    assert.ok(first.ok);
    first.value[Symbol.dispose]();
    first.value[Symbol.dispose]();
    assert.ok((await ask(speed, { session: "a" })).ok);
    assert.equal((await refusal(ask(speed, { session: "c" }))).limit, "concurrency");
  });

  it("takes nothing of the other limits for a request that one refuses", async () => {
    const { ask } = start();
    const speed = { requestsPerMinute: 2, concurrency: 1 };
    const first = await ask(speed);
    assert.equal((await refusal(ask(speed))).limit, "concurrency");
    assert.ok(first.ok);
    first.value[Symbol.dispose]();
    assert.ok((await ask(speed)).ok);
  });

  it("R22: a count of tokens is asked for the rate of requests alone", async () => {
    const { ask } = start();
    const speed = { requestsPerMinute: 3, tokensPerMinute: 100, concurrency: 1 };
    assert.ok((await ask(speed, { tokens: 100 })).ok);
    const count = await ask(speed, { tokens: undefined });
    assert.ok(count.ok);
    count.value.settle(50_000, 0);
    assert.ok((await ask(speed, { tokens: undefined })).ok);
    assert.equal((await refusal(ask(speed, { tokens: undefined }))).limit, "rpm");
  });

  it("takes over new limits", async () => {
    const { ask } = start();
    assert.ok((await ask({ requestsPerMinute: 1 })).ok);
    assert.equal((await refusal(ask({ requestsPerMinute: 1 }))).limit, "rpm");
    assert.ok((await ask({ requestsPerMinute: 2 })).ok);
  });
});
