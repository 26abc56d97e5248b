import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { temporaryDirectory } from "../../src/store/records.fixture.ts";
import { call, eventually, sendRaw, startTestGateway } from "../fault/rig.ts";
import { adjusted, message } from "../upstream/answer.ts";
import { startAnthropicUpstream } from "../upstream/anthropic.ts";
import { text } from "../upstream/messages.ts";
import { openBooks, sumOf } from "./books.ts";
import {
  assertBooksBalance,
  credentialOf,
  makeKey,
  me,
  PLAN_IS_FULL,
  providerKey,
  sessionToken,
  storeKey,
} from "./rig.ts";

const DIME = 100_000_000n;
const CONFIG = `
timeZone: UTC
prices:
  - { model: dime, input: "0", output: "100" }
`;
/** Injected, overflowing, and paid by the session: of the first two kinds each holds a dime. */
const KINDS = ["inject", "overflow", "session"] as const;
const OF_EACH = 10;

describe("B-06: kill -9 while money is on hold", () => {
  it("B-06: what was held is charged, nothing more: exactly the rest of the budget can be spent afterwards", async () => {
    await using directory = await temporaryDirectory();
    await using upstream = await startAnthropicUpstream();
    const dataDir = directory.path;
    const first = await startTestGateway(upstream.url, { config: CONFIG, dataDir });
    await using _cleanUp = first;
    const stored = providerKey();
    await storeKey(first, stored);
    const key = await makeKey(first, { budget: "5/month", currency: "USD", daily_requests: 40 });
    upstream.reset();
    const isStored = (request: Parameters<typeof credentialOf>[0]) =>
      credentialOf(request) === stored;
    const started = message({ content: [text("Half an answer, then nothing.")] });
    const stallsAt = (bytes: number) => adjusted(started, { delivery: { stallAfterBytes: bytes } });
    upstream.on("plain", stallsAt(300));
    upstream.on((request) => request.body.includes('"stream":true'), stallsAt(900));
    const isFull = (request: Parameters<typeof credentialOf>[0]) =>
      request.body.includes("overflow") && !isStored(request);
    upstream.on(isFull, PLAN_IS_FULL);
    await using clients = new AsyncDisposableStack();
    for (const kind of KINDS) {
      for (let i = 0; i < OF_EACH; i += 1) {
        const stream = i % 2 === 0;
        const client = await sendRaw(first, bodyOf(kind, stream), {
          fields: [
            `x-spillway-key: ${key.secret}`,
            ...(kind === "inject" ? [] : [`authorization: Bearer ${sessionToken()}`]),
            ...(kind === "inject" ? [] : ["x-spillway-overflow: byok"]),
          ],
        });
        clients.use({ [Symbol.asyncDispose]: async () => client[Symbol.dispose]() });
      }
    }
    const waiting = () =>
      upstream.requests.filter((seen) => seen.bodyComplete && !isFull(seen)).length ===
        KINDS.length * OF_EACH || undefined;
    await eventually(waiting, "every exchange at the upstream");
    await first.kill();

    await using second = await startTestGateway(upstream.url, { config: CONFIG, dataDir });
    using books = openBooks(dataDir);
    const rows = books.rows();
    assert.equal(rows.length, KINDS.length * OF_EACH);
    for (const row of rows) {
      assert.equal(row.finish, "indeterminate");
      assert.equal(row.costNano, undefined);
      assert.equal(row.usageSource, "unknown");
      assert.equal(sumOf(row.lines, ""), 0n);
      assert.equal(sumOf(row.lines, "held:"), 0n);
    }
    const charged = rows.filter(({ lines }) => lines.length > 0);
    assert.equal(charged.length, 2 * OF_EACH);
    for (const row of charged) {
      assert.equal(sumOf(row.lines, "provider:anthropic"), DIME);
      assert.equal(sumOf(row.lines, `budget:${key.id}/`), -DIME);
    }
    assert.deepEqual(
      Object.groupBy(charged, ({ book }) => book ?? "none")["overflow"]?.length,
      OF_EACH,
    );
    assert.deepEqual(
      [...books.balances("held:").values()].filter((amount) => amount !== 0n),
      [],
    );
    await assertBooksBalance(second);

    upstream.reset();
    upstream.on(
      "plain",
      message({ content: [text("x")], usage: FREE, finalUsage: { output_tokens: 1_000 } }),
    );
    const ask = async () =>
      await call(second, {
        body: bodyOf("inject", false),
        headers: { "x-spillway-key": key.secret },
      });
    // Two of five dollars, and twenty of forty requests, are gone: what was held counts, and counts once.
    for (let i = 0; i < 20; i += 1) assert.equal((await ask()).status, 200, `request ${i}`);
    const refused = await ask();
    assert.equal(refused.status, 429);
    assert.match(refused.body.toString(), /40 requests of today.*daily_limit_reached/);
    const { body } = await me(second, key.secret, "GET", "/me/budget");
    assert.match(JSON.stringify(body), /"used":"4.0000","remaining":"1.0000"/);
    assert.equal(upstream.requests.length, 20);
  });
});

const FREE = {
  input_tokens: 5,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation: null,
};

function bodyOf(kind: (typeof KINDS)[number], stream: boolean): string {
  const messages = [{ role: "user", content: kind }];
  return JSON.stringify({ model: "dime", max_tokens: 1_000, stream, messages });
}
