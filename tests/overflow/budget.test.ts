import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { call, finishedEvent, type HttpAnswer, idOf, startTestGateway } from "../fault/rig.ts";
import { message } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { text } from "../upstream/messages.ts";
import { isObject } from "../upstream/request-kind.ts";
import { sumOf } from "./books.ts";
import {
  assertBooksBalance,
  bearer,
  control,
  credentialOf,
  isSession,
  type MadeKey,
  makeKey,
  me,
  PLAN_IS_FULL,
  providerKey,
  recordOf,
  sessionToken,
  storeKey,
} from "./rig.ts";

const STORED = providerKey();
const CONFIG = `
timeZone: Asia/Kolkata
currency:
  display: INR
  rates: { INR: "88.5" }
prices:
  - { model: known, input: "3", output: "15", cacheWrite5m: "3.75", cacheWrite1h: "6", cacheRead: "0.30" }
`;
/** Nano-dollars for one token of each kind, as the prices above say. */
const PRICE = { input: 3_000n, output: 15_000n, write5m: 3_750n, write1h: 6_000n, read: 300n };
const USED = { input: 1_234, output: 321, write5m: 567, write1h: 89, read: 98_765 };
const COST =
  BigInt(USED.input) * PRICE.input +
  BigInt(USED.output) * PRICE.output +
  BigInt(USED.write5m) * PRICE.write5m +
  BigInt(USED.write1h) * PRICE.write1h +
  BigInt(USED.read) * PRICE.read;

const scope = new AsyncDisposableStack();
let upstream: AnthropicUpstream;
let gateway: Gateway;

before(async () => {
  upstream = scope.use(await startAnthropicUpstream());
  gateway = scope.use(await startTestGateway(upstream.url, { config: CONFIG }));
  scope.defer(() => assertBooksBalance(gateway));
  await storeKey(gateway, STORED);
});

after(() => scope.disposeAsync());

const isStored = (request: Parameters<typeof credentialOf>[0]) => credentialOf(request) === STORED;

beforeEach(() => {
  upstream.reset();
  upstream.on(
    isStored,
    message({
      content: [text("Hello")],
      usage: {
        input_tokens: USED.input,
        cache_read_input_tokens: USED.read,
        cache_creation_input_tokens: USED.write5m + USED.write1h,
        cache_creation: {
          ephemeral_5m_input_tokens: USED.write5m,
          ephemeral_1h_input_tokens: USED.write1h,
        },
      },
      finalUsage: { output_tokens: USED.output },
    }),
  );
});

interface Asking {
  readonly session?: string;
  readonly overflow?: boolean;
  readonly stream?: boolean;
  readonly path?: string;
  readonly content?: string;
}

/** As long as a prompt of that many tokens is: what is held is worked out from the bytes. */
const LONG = "hello ".repeat(40_000);

async function ask(key: MadeKey, asking: Asking = {}): Promise<HttpAnswer> {
  const { session, overflow = false, stream = false, path = "/v1/messages" } = asking;
  const messages = [{ role: "user", content: asking.content ?? LONG }];
  return await call(gateway, {
    path,
    body: JSON.stringify({ model: "known", max_tokens: 400, stream, messages }),
    headers: {
      "x-br-api-key": key.secret,
      ...(session === undefined ? {} : bearer(session)),
      ...(overflow ? { "x-br-overflow": "byok" } : {}),
    },
  });
}

function assertRefused(answer: HttpAnswer, code: string, mode: string): string {
  const told = answer.body.toString();
  assert.equal(answer.status, 429, told);
  assert.match(told, /"type":"billing_error"/);
  assert.ok(told.includes(`(${code})`), told);
  assert.equal(answer.headers["x-should-retry"], "false");
  assert.match(answer.headers["retry-after"] ?? "", /^[1-9]\d*$/);
  assert.equal(answer.headers["x-br-upstream-mode"], mode);
  return told;
}

async function budgetOf(key: MadeKey) {
  const { body } = await me(gateway, key.secret, "GET", "/me/budget");
  assert.ok(Array.isArray(body["budgets"]) && isObject(body["budgets"][0]));
  return body["budgets"][0];
}

/** An amount of nano-dollars in rupees, rounded half up to four decimals; worked out apart from the program. */
function rupees(nano: bigint): string {
  const scaled = (nano * 885n + 500_000n) / 1_000_000n;
  return `${scaled / 10_000n}.${String(scaled % 10_000n).padStart(4, "0")}`;
}

const tried = () => upstream.requests.map((seen) => (isStored(seen) ? "stored" : "session"));

describe("S0-35: every request is metered in rupees", () => {
  for (const stream of [false, true]) {
    it(`S0-35: ${stream ? "a stream" : "a whole answer"} costs its usage at its prices, exactly`, async () => {
      const key = await makeKey(gateway, { budget_inr: 900 });
      const answer = await ask(key, { stream });
      assert.equal(answer.status, 200);
      const row = await recordOf(gateway, answer);
      assert.equal(row.costNano, COST);
      assert.equal(sumOf(row.lines, `budget:${key.id}/`), -COST);
      const event = await finishedEvent(gateway, idOf(answer));
      assert.equal(event["currency"], "INR");
      assert.equal(event["rate"], "88.5");
      assert.equal(event["cost_nano_usd"], Number(COST));
      // 40.89 US cents: ₹3.6 with two decimals, for it is above one rupee.
      assert.equal(event["cost"], `₹${Number(rupees(COST)).toFixed(2)}`);
      const budget = await budgetOf(key);
      assert.equal(budget["currency"], "INR");
      assert.equal(budget["period"], "month");
      assert.equal(budget["time_zone"], "Asia/Kolkata");
      assert.equal(budget["used"], rupees(COST));
    });
  }
});

describe("S0-31: a key's budget in rupees", () => {
  for (const overflow of [false, true]) {
    const mode = overflow ? "byok-overflow" : "byok";
    it(`S0-31: ends what ${mode} may spend, in words that name the budget and its reset, and no call is made`, async () => {
      const key = await makeKey(gateway, { budget_inr: 50 });
      const session = sessionToken();
      if (overflow) upstream.on(isSession, PLAN_IS_FULL);
      const asking = overflow ? { session, overflow } : {};
      let served = 0n;
      let last = await ask(key, asking);
      for (; last.status === 200; last = await ask(key, asking)) served += 1n;
      const told = assertRefused(last, "budget_exceeded", mode);
      assert.match(
        told,
        /key-\d+.*₹50\.00 a month.*begins anew on 1 \w+ \d{4} at 00:00 \(Asia\/Kolkata\)/,
      );
      // ₹3.6 each: three fit. The fourth, which could cost ₹40, does not.
      assert.equal(served, 3n);
      assert.equal((await budgetOf(key))["used"], rupees(COST * served));
      const calls = upstream.requests.filter(isStored).length;
      assert.equal(calls, 3);
      const row = await recordOf(gateway, last);
      assert.equal(row.errorCode, "budget_exceeded");
      assert.equal(row.costNano, 0n);
      assert.deepEqual(row.lines, []);
    });
  }

  it("S0-31: an answer that costs more than could be foreseen is charged in full, and the next is refused", async () => {
    const key = await makeKey(gateway, { budget_inr: 1 });
    const asking = { content: "look at file_1" };
    assert.equal((await ask(key, asking)).status, 200);
    assertRefused(await ask(key, asking), "budget_exceeded", "byok");
    const budget = await budgetOf(key);
    assert.equal(budget["used"], rupees(COST));
    assert.equal(budget["remaining"], "0.0000");
    assert.deepEqual(tried(), ["stored"]);
  });

  it("S0-21: with an exhausted budget a full session's request is refused and not sent with the stored key", async () => {
    const key = await makeKey(gateway, { budget: "0.0001/day", currency: "INR" });
    upstream.on(isSession, PLAN_IS_FULL);
    const answer = await ask(key, { session: sessionToken(), overflow: true });
    const told = assertRefused(answer, "budget_exceeded", "byok-overflow");
    assert.match(told, /at 00:00 \(Asia\/Kolkata\)/);
    assert.deepEqual(tried(), ["session"]);
  });

  it("S0-21: a session that is known to be full is asked once more before the budget refuses", async () => {
    const key = await makeKey(gateway);
    const session = sessionToken();
    upstream.on(isSession, PLAN_IS_FULL);
    assert.equal((await ask(key, { session, overflow: true })).status, 200);
    await control(gateway, "PATCH", `/me/keys/${key.id}`, { budget: "0.0001/day" });
    const refused = await ask(key, { session, overflow: true });
    assertRefused(refused, "budget_exceeded", "byok-overflow");
    assert.deepEqual(tried(), ["session", "stored", "session"]);
    upstream.on(isSession, message({ content: [text("Again.")] }));
    const served = await ask(key, { session, overflow: true });
    assert.equal(served.status, 200);
    assert.equal(served.headers["x-br-upstream-mode"], "passthrough");
    assert.deepEqual(tried().slice(3), ["session"]);
  });

  it("S0-26: an exhausted budget does not stop the session's own path, S0-12: whatever it answers", async () => {
    const key = await makeKey(gateway, { budget: "0.0001/day", mode: "session" });
    assert.equal((await ask(key, { session: sessionToken() })).status, 200);
    upstream.on(isSession, PLAN_IS_FULL);
    const full = await ask(key, { session: sessionToken() });
    assert.equal(full.status, 429);
    assert.equal(full.headers["anthropic-ratelimit-unified-status"], "rejected");
    assert.equal(full.headers["x-br-upstream-mode"], "passthrough");
  });

  it("R22: counting tokens costs no budget, and no day's request", async () => {
    const key = await makeKey(gateway, { budget: "0.0001/day", daily_requests: 1 });
    for (let i = 0; i < 3; i += 1) {
      assert.equal((await ask(key, { path: "/v1/messages/count_tokens" })).status, 200);
    }
    assert.deepEqual(tried(), ["stored", "stored", "stored"]);
  });
});
