import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { temporaryDirectory } from "../../src/store/records.fixture.ts";
import { call, type HttpAnswer, PLAIN_BODY, startTestGateway } from "../fault/rig.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { isObject } from "../upstream/request-kind.ts";
import {
  bearer,
  isSession,
  type MadeKey,
  makeKey,
  me,
  PLAN_IS_FULL,
  providerKey,
  sessionToken,
  storeKey,
} from "./rig.ts";

const CONFIG = "timeZone: Asia/Kolkata";
const scope = new AsyncDisposableStack();
let upstream: AnthropicUpstream;

before(async () => {
  upstream = scope.use(await startAnthropicUpstream());
});

after(() => scope.disposeAsync());

beforeEach(() => upstream.reset());

const ask = (gateway: Gateway, key: MadeKey, headers: object = {}): Promise<HttpAnswer> =>
  call(gateway, { body: PLAIN_BODY, headers: { "x-spillway-key": key.secret, ...headers } });

describe("S0-32: a key's requests of a day", () => {
  function assertRefused(answer: HttpAnswer): void {
    const told = answer.body.toString();
    assert.equal(answer.status, 429, told);
    assert.match(told, /"type":"billing_error".*\(daily_limit_reached\)/);
    assert.match(told, /2 requests of today.*begins on \d+ \w+ \d{4} at 00:00 \(Asia\/Kolkata\)/);
    assert.equal(answer.headers["x-should-retry"], "false");
    assert.match(answer.headers["retry-after"] ?? "", /^[1-9]\d*$/);
  }

  it("S0-32: the third of two is refused, without a call, also after a restart", async () => {
    await using directory = await temporaryDirectory();
    const dataDir = directory.path;
    const key = await (async () => {
      await using first = await startTestGateway(upstream.url, { config: CONFIG, dataDir });
      await storeKey(first, providerKey());
      const made = await makeKey(first, { daily_requests: 2 });
      upstream.reset();
      for (let i = 0; i < 2; i += 1) assert.equal((await ask(first, made)).status, 200);
      assertRefused(await ask(first, made));
      assert.equal(upstream.requests.length, 2);
      const { daily_requests: daily } = (await me(first, made.secret, "GET", "/me/budget")).body;
      assert.ok(isObject(daily));
      assert.equal(daily["used"], 2);
      return made;
    })();
    await using second = await startTestGateway(upstream.url, { config: CONFIG, dataDir });
    assertRefused(await ask(second, key));
    assert.equal(upstream.requests.length, 2);
    // What a session pays for is not counted.
    const own = { ...bearer(sessionToken()), "x-spillway-overflow": "byok" };
    assert.equal((await ask(second, key, own)).status, 200);
    upstream.on(isSession, PLAN_IS_FULL);
    assertRefused(await ask(second, key, own));
    assert.equal(upstream.requests.length, 4);
  });
});

describe("R2: no overflow is without a cap", () => {
  it("R2: the machine's own user, and a key without a budget, spend at most what the configuration says", async () => {
    const config = `${CONFIG}\noverflow:\n  budget: 0.0001/day\n`;
    await using capped = await startTestGateway(upstream.url, { config });
    await storeKey(capped, providerKey(), { overflow: true });
    const key = await makeKey(capped, { mode: "overflow" });
    for (const headers of [{}, { "x-spillway-key": key.secret }]) {
      upstream.reset();
      upstream.on(isSession, PLAN_IS_FULL);
      const answer = await call(capped, {
        body: PLAIN_BODY,
        headers: { ...bearer(sessionToken()), ...headers },
      });
      assert.equal(answer.status, 429);
      assert.match(answer.body.toString(), /\$0\.0001 a day.*budget_exceeded/);
      assert.equal(upstream.requests.length, 1);
    }
  });

  it("R2: what is injected for a key without a budget has no cap", async () => {
    const config = `${CONFIG}\noverflow:\n  budget: 0.0001/day\n`;
    await using capped = await startTestGateway(upstream.url, { config });
    await storeKey(capped, providerKey());
    assert.equal((await ask(capped, await makeKey(capped))).status, 200);
  });
});
