import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import {
  assertGatewayError,
  call,
  events,
  finishedEvent,
  type HttpAnswer,
  idOf,
  PLAIN_BODY,
  STREAM_BODY,
} from "../fault/rig.ts";
import { failure, message, unifiedHeaders } from "../upstream/answer.ts";
import type { AnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { text } from "../upstream/messages.ts";
import {
  bearer,
  credentialOf,
  forgetKey,
  isSession,
  type MadeKey,
  openDesk,
  PLAN_IS_FULL,
  providerKey,
  sessionToken,
  storeKey,
} from "./rig.ts";

/** The recipe word for word: what it promises, row by row, with the headers that it names. */
const STORED = providerKey();
const scope = new AsyncDisposableStack();
let upstream: AnthropicUpstream;
let gateway: Gateway;
let key: MadeKey;

before(async () => {
  ({ upstream, gateway, key } = await openDesk(scope, { config: "overflow:\n  memory: off" }));
});

after(() => scope.disposeAsync());

beforeEach(async () => {
  await storeKey(gateway, STORED);
  upstream.reset();
});

async function ask(
  parts: { readonly session?: string; readonly overflow?: boolean; readonly body?: string } = {},
): Promise<HttpAnswer> {
  return await call(gateway, {
    path: "/v1/messages?beta=true",
    body: parts.body ?? STREAM_BODY,
    headers: {
      "x-br-api-key": key.secret,
      "anthropic-beta": "oauth-2025-04-20,unknown-2027-01-01",
      ...(parts.overflow === true ? { "x-br-overflow": "byok" } : {}),
      ...(parts.session === undefined ? {} : bearer(parts.session)),
    },
  });
}

const modeOf = ({ headers }: HttpAnswer) => headers["x-br-upstream-mode"];
const tried = () => upstream.requests.map((seen) => credentialOf(seen));

describe("S0: the recipe", () => {
  it("S0-02: authenticates by the side header and leaves Authorization to the session", async () => {
    const session = sessionToken();
    upstream.on(isSession, message({ content: [text("From the plan.")] }));
    const answer = await ask({ session, overflow: true });
    assert.deepEqual(tried(), [session]);
    assert.equal((await finishedEvent(gateway, idOf(answer)))["key_id"], key.id);
  });

  it("S0-04: none of the gateway's own headers leaves it, and all others do", async () => {
    await ask({ session: sessionToken(), overflow: true });
    const [seen] = upstream.requests;
    const names = seen?.rawHeaders.filter((_name, at) => at % 2 === 0) ?? [];
    assert.deepEqual(
      names.filter((name) => /^x-(?:br|spillway)-/i.test(name)),
      [],
    );
    assert.equal(seen?.header("anthropic-beta"), "oauth-2025-04-20,unknown-2027-01-01");
    assert.equal(seen?.target, "/v1/messages?beta=true");
  });

  for (const body of [STREAM_BODY, PLAIN_BODY]) {
    const how = body === STREAM_BODY ? "streamed" : "whole";

    it(`S0-11: ${how}: a full session's request is sent again with the stored key alone`, async () => {
      const session = sessionToken();
      upstream.on(isSession, PLAN_IS_FULL);
      const answer = await ask({ session, overflow: true, body });
      assert.equal(answer.status, 200);
      assert.deepEqual(tried(), [session, STORED]);
      const [first, second] = upstream.requests;
      assert.ok(first && second);
      assert.equal(first.header("authorization"), `Bearer ${session}`);
      assert.equal(first.header("x-api-key"), undefined);
      assert.equal(second.header("authorization"), undefined);
      assert.equal(second.header("x-api-key"), STORED);
      assert.equal(first.body.toString(), body);
      assert.equal(second.body.toString(), body);
    });

    it(`S0-13: ${how}: nothing of the 429 reaches the client, S0-20: which reads who paid`, async () => {
      upstream.on(isSession, PLAN_IS_FULL);
      const answer = await ask({ session: sessionToken(), overflow: true, body });
      assert.equal(modeOf(answer), "byok-overflow");
      assert.equal(answer.headers["x-br-provider"], "anthropic");
      assert.ok(!answer.body.includes("full"));
      assert.equal(answer.headers["retry-after"], undefined);
      assert.ok(answer.complete);
      if (body === STREAM_BODY) assert.match(answer.body.toString(), /^event: message_start\n/);
    });
  }

  it("S0-14: tries the session on every request, and is back with it once it serves", async () => {
    const session = sessionToken();
    upstream.queue(isSession, PLAN_IS_FULL, PLAN_IS_FULL);
    for (let i = 0; i < 2; i += 1)
      assert.equal((await ask({ session, overflow: true })).status, 200);
    assert.deepEqual(tried(), [session, STORED, session, STORED]);
    assert.equal(modeOf(await ask({ session, overflow: true })), "passthrough");
    assert.deepEqual(tried().slice(4), [session]);
  });

  for (const status of [400, 401, 403, 500, 529]) {
    it(`S0-12: a session's ${status} is its own business, also when asked to overflow`, async () => {
      upstream.on(isSession, failure(status, `words of ${status}`));
      const answer = await ask({ session: sessionToken(), overflow: true });
      assert.equal(answer.status, status);
      assert.ok(answer.body.includes(`words of ${status}`));
      assert.equal(modeOf(answer), "passthrough");
      assert.equal(upstream.requests.length, 1);
    });
  }

  it("S0-15: without a stored key the 429 passes as it came, windows and retry-after too", async () => {
    await forgetKey(gateway);
    const windows = unifiedHeaders({ status: "rejected", fiveHour: 1 });
    upstream.on(isSession, failure(429, "full", ["retry-after", "77", ...windows]));
    const answer = await ask({ session: sessionToken(), overflow: true });
    assert.equal(answer.status, 429);
    assert.equal(modeOf(answer), "passthrough");
    assert.equal(answer.headers["retry-after"], "77");
    for (const [at, name] of windows.entries()) {
      if (at % 2 === 0) assert.equal(answer.headers[name.toLowerCase()], windows[at + 1]);
    }
    assert.match(answer.body.toString(), /^\{"type":"error","error":\{"type":"rate_limit_error"/);
  });

  it("S0-16: with a stored key and no session, overflow is paid by the stored key", async () => {
    const answer = await ask({ overflow: true });
    assert.equal(modeOf(answer), "byok");
    assert.deepEqual(tried(), [STORED]);
  });

  it("S0-22: a key of ours is all that a developer needs", async () => {
    const answer = await ask();
    assert.equal(answer.status, 200);
    assert.equal(modeOf(answer), "byok");
    assert.deepEqual(tried(), [STORED]);
  });

  it("S0-23: without the overflow header the stored key goes before a session", async () => {
    const answer = await ask({ session: sessionToken() });
    assert.equal(modeOf(answer), "byok");
    assert.deepEqual(tried(), [STORED]);
  });

  it("S0-24: what is injected is metered to the organisation", async () => {
    const event = await finishedEvent(gateway, idOf(await ask()));
    assert.equal(event["book"], "api");
    assert.equal(event["billing_owner"], "local/anthropic/team");
    assert.ok(Number(event["cost_nano_usd"]) > 0);
  });

  it("S0-25: without a stored key the session goes untouched, S0-26: on record and not billed", async () => {
    await forgetKey(gateway);
    const session = sessionToken();
    const answer = await ask({ session });
    assert.equal(modeOf(answer), "passthrough");
    assert.deepEqual(tried(), [session]);
    assert.match(upstream.requests[0]?.header("anthropic-beta") ?? "", /oauth-2025-04-20/);
    const event = await finishedEvent(gateway, idOf(answer));
    assert.equal(event["book"], "subscription");
    assert.equal(event["mode"], "passthrough");
    assert.equal(event["provider"], "anthropic");
  });

  it("S0-27: a session without overflow stops hard at its limit", async () => {
    await forgetKey(gateway);
    upstream.on(isSession, PLAN_IS_FULL);
    const answer = await ask({ session: sessionToken() });
    assert.equal(answer.status, 429);
    assert.equal(upstream.requests.length, 1);
  });

  it("S0-05: a key that is not known here goes nowhere", async () => {
    const known = (await events(gateway)).length;
    const answer = await call(gateway, {
      body: STREAM_BODY,
      headers: { ...bearer(sessionToken()), "x-br-api-key": `${key.secret.slice(0, -1)}!` },
    });
    assertGatewayError(answer, 401, "key_unknown");
    assert.equal(answer.headers["x-br-upstream-mode"], undefined);
    assert.equal(upstream.requests.length, 0);
    assert.equal((await events(gateway)).length, known);
  });
});
