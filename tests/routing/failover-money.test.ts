import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openBooks, sumOf } from "../overflow/books.ts";
import { assertBooksBalance, makeKey, providerKey, storeKey } from "../overflow/rig.ts";
import { messageThenError } from "../upstream/answer.ts";
import { isObject } from "../upstream/request-kind.ts";
import { ask, openRoutingBench, recordOf } from "./rig.ts";

const CONFIG = `
prices:
  - { model: groq/a, input: "1", output: "1" }
  - { model: openai/b, input: "2", output: "2" }
  - { model: openrouter/c, input: "3", output: "3" }
routing:
  models:
    m: { targets: [groq/a, openai/b, openrouter/c] }
    begun: { targets: [{ model: claude-opus-4-8, pays: key }, openai/b] }
`;
const FAILS = () => ({ status: 503, json: { error: { message: "down" } } });

describe("the money of a chain", () => {
  it("is reserved for each candidate and given back by all that failed", async () => {
    await using bench = await openRoutingBench({ config: CONFIG });
    const key = await makeKey(bench.gateway, {
      budget: "50/month",
    });
    bench.script("groq", FAILS);
    bench.script("openai", FAILS);
    const answer = await ask(bench, "m", { headers: { "x-spillway-key": key.secret } });
    assert.equal(answer.status, 200, answer.body.toString());
    const { record } = await recordOf(bench, answer);
    // 1,000 tokens in and 100 out at three dollars a million.
    assert.equal(Number(record["cost_nano_usd"]), 3_300_000);
    bench.script("openrouter", FAILS);
    const failed = await ask(bench, "m", { headers: { "x-spillway-key": key.secret } });
    assert.equal(failed.status >= 500, true);
    await recordOf(bench, failed);
    await assertBooksBalance(bench.gateway);
    using books = openBooks(bench.gateway.dataDir);
    const lines = books.rows().flatMap((row) => row.lines);
    assert.equal(lines.filter(({ leg }) => leg === "reserve").length > 2, true);
    assert.equal(sumOf(lines, "held:"), 0n);
    assert.equal(sumOf(lines, "provider:"), 3_300_000n);
  });
});

describe("an attempt that was given up after its provider told what it used", () => {
  it("is paid for, and its tokens are on record, once", async () => {
    await using bench = await openRoutingBench({ config: CONFIG });
    await storeKey(bench.gateway, providerKey());
    const key = await makeKey(bench.gateway, { budget: "50/month" });
    const asked = async () => {
      const headers = { "x-spillway-key": key.secret };
      const answer = await ask(bench, "begun", { headers, body: { stream: true } });
      const { record } = await recordOf(bench, answer);
      return { answer, tokens: record["tokens"], cost: BigInt(Number(record["cost_nano_usd"])) };
    };
    const overloaded = { type: "overloaded_error", message: "Overloaded" };
    bench.anthropic.on(() => true, messageThenError({ content: [] }, 1, overloaded));
    const mended = await asked();
    assert.match(mended.answer.body.toString(), /From openai/);
    assert.ok(isObject(mended.tokens));
    assert.deepEqual(
      [mended.tokens["input"], mended.tokens["cache_read"], mended.tokens["cache_write"]],
      [1_012, 14_000, 1_500],
    );
    bench.script("openai", FAILS);
    const failed = await asked();
    assert.match(failed.answer.body.toString(), /event: error/);
    assert.equal(failed.cost, mended.cost - 2_200_000n);
    assert.equal(failed.cost > 0n, true);
    await assertBooksBalance(bench.gateway);
    using books = openBooks(bench.gateway.dataDir);
    const lines = books.rows().flatMap((row) => row.lines);
    assert.equal(sumOf(lines, "held:"), 0n);
    assert.equal(sumOf(lines, "provider:anthropic"), 2n * failed.cost);
    assert.equal(sumOf(lines, "provider:openai"), 2_200_000n);
  });
});
