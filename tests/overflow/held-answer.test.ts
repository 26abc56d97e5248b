import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import {
  assertGatewayError,
  call,
  events,
  newestEvent,
  PLAIN_BODY,
  sendRaw,
  startTestGateway,
} from "../fault/rig.ts";
import { adjusted, bytes, failure, message } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { text } from "../upstream/messages.ts";
import { sumOf } from "./books.ts";
import {
  assertBooksBalance,
  bearer,
  credentialOf,
  PLAN_IS_FULL,
  providerKey,
  recordOf,
  recordsOf,
  sessionToken,
  storeKey,
} from "./rig.ts";

const STORED = providerKey();
const scope = new AsyncDisposableStack();
let upstream: AnthropicUpstream;
let gateway: Gateway;

before(async () => {
  upstream = scope.use(await startAnthropicUpstream());
  gateway = scope.use(await startTestGateway(upstream.url));
  scope.defer(() => assertBooksBalance(gateway));
  await storeKey(gateway, STORED, { overflow: true });
});

after(() => scope.disposeAsync());

beforeEach(() => upstream.reset());

const isStored = (request: Parameters<typeof credentialOf>[0]) => credentialOf(request) === STORED;
const send = () => call(gateway, { body: PLAIN_BODY, headers: bearer(sessionToken()) });
const tried = () => upstream.requests.map((seen) => (isStored(seen) ? "stored" : "session"));

describe("R5: a session's 429 is held until its overflow has answered", () => {
  for (const [what, delivery] of [
    ["stands still", { stallAfterBytes: 20 }],
    ["breaks off", { resetAfterBytes: 20, contentLength: true }],
    ["is cut", { cutAfterBytes: 20, contentLength: true }],
  ] as const) {
    it(`S0-13: spills although the 429's body ${what}`, async () => {
      upstream.on("plain", adjusted(PLAN_IS_FULL, { delivery }));
      upstream.on(isStored, message({ content: [text("Served.")] }));
      const answer = await send();
      assert.equal(answer.status, 200);
      assert.ok(answer.body.includes("Served."));
      assert.equal(answer.headers["x-spillway-upstream-mode"], "byok-overflow");
      assert.deepEqual(tried(), ["session", "stored"]);
    });

    it(`S0-17: never shows a 429 whose body ${what} as whole`, async () => {
      upstream.on("plain", adjusted(PLAN_IS_FULL, { delivery }));
      upstream.on(isStored, failure(401, "no such key"));
      const answer = await send();
      assertGatewayError(answer, 502, "upstream_reset");
      assert.deepEqual(tried(), ["session", "stored"]);
      assert.equal(sumOf((await recordOf(gateway, answer)).lines, "budget:"), 0n);
    });
  }

  it("S0-13: shows a 429 that is too large to be held as it comes", async () => {
    const large = "x".repeat(300_000);
    upstream.on("plain", bytes(429, "text/plain", [large], ["retry-after", "9"]));
    const answer = await send();
    assert.equal(answer.status, 429);
    assert.equal(answer.body.toString(), large);
    assert.equal(answer.headers["retry-after"], "9");
    assert.deepEqual(tried(), ["session"]);
  });
});

describe("S0-13: the client leaves while its request overflows", () => {
  it("C-01: before the stored key has answered: the upstream sees the close, nothing stays held", async () => {
    const known = await events(gateway);
    upstream.on("plain", PLAN_IS_FULL);
    upstream.on(isStored, adjusted(message({ content: [] }), { delivery: { stallAfterBytes: 0 } }));
    const streamed = PLAIN_BODY.replace("{", '{"stream":true,');
    using client = await sendRaw(gateway, streamed, {
      fields: [`authorization: Bearer ${sessionToken()}`],
    });
    const spilled = await upstream.waitForRequest(isStored);
    client.reset();
    await upstream.waitForEnd(spilled);
    const event = await newestEvent(gateway, known);
    assert.equal(event["finish"], "client_gone");
    assert.equal(event["mode"], "byok-overflow");
    const [row] = await recordsOf(gateway, [String(event["id"])]);
    assert.ok(row);
    assert.equal(sumOf(row.lines, "held:"), 0n);
    assert.equal(sumOf(row.lines, ""), 0n);
    // The provider may have billed it: what was held stands for the price.
    assert.ok(sumOf(row.lines, "provider:") > 0n);
    assert.equal(row.costNano, undefined);
  });
});
