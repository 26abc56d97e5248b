import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  call,
  eventually,
  finishedEvent,
  idOf,
  PLAIN_BODY,
  startTestGateway,
} from "../fault/rig.ts";
import { control, makeKey, me, providerKey, storeKey } from "../overflow/rig.ts";
import { message } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { text } from "../upstream/messages.ts";

const scope = new AsyncDisposableStack();
let upstream: AnthropicUpstream;
let gateway: Gateway;

before(async () => {
  upstream = scope.use(await startAnthropicUpstream());
  gateway = scope.use(await startTestGateway(upstream.url));
  await storeKey(gateway, providerKey());
});

after(() => scope.disposeAsync());

async function ask(
  secret: string,
  {
    session = "s",
    path = "/v1/messages",
  }: { readonly session?: string; readonly path?: string } = {},
) {
  return await call(gateway, {
    path,
    headers: { "x-spillway-key": secret, "x-claude-code-session-id": session },
    body: PLAIN_BODY,
  });
}

describe("limits of speed of a key", () => {
  it("S3-01, S3-60: a key at its rpm is told so, is on record, and another key is not concerned", async () => {
    const limited = await makeKey(gateway, { rpm: 2 });
    const other = await makeKey(gateway);
    assert.equal((await ask(limited.secret)).status, 200);
    assert.equal((await ask(limited.secret)).status, 200);
    const seen = upstream.requests.length;
    const refused = await ask(limited.secret);
    assert.equal(refused.status, 429);
    assert.equal(upstream.requests.length, seen, "nothing was sent");
    assert.match(refused.body.toString(), /2 requests a minute \(rpm\).*\(rate_limited\)/);
    const again = Number(refused.headers["retry-after"]);
    assert.ok(again >= 1 && again <= 59, `retry-after: ${again}`);
    assert.equal(refused.headers["x-should-retry"], undefined);
    const record = await finishedEvent(gateway, idOf(refused));
    assert.equal(record["error_code"], "rate_limited");
    assert.equal((await ask(other.secret)).status, 200);
    const { text: page } = await me(gateway, undefined, "GET", "/metrics");
    assert.match(page, /spillway_rate_limited_total\{limit="rpm"\} 1/);
    // The rate of requests is the one limit of speed that a count of tokens knows (R22).
    const count = await ask(limited.secret, { path: "/v1/messages/count_tokens" });
    assert.equal(count.status, 429);
  });

  it("S3-03: one session's fan-out is held to its share, and ends with what it ends", async () => {
    const { secret, id } = await makeKey(gateway, { concurrency: 3, session_concurrency: 2 });
    const { promise, resolve } = Promise.withResolvers<void>();
    const seen = upstream.requests.length;
    const slow = message({ content: [text("hello")] }, { beforeHead: promise });
    upstream.queue("plain", slow, slow, slow);
    const running = [
      ask(secret, { session: "a" }),
      ask(secret, { session: "a" }),
      ask(secret, { session: "b" }),
    ];
    await eventually(
      () => (upstream.requests.length === seen + 3 ? true : undefined),
      "three requests upstream",
    );
    const third = await ask(secret, { session: "a" });
    assert.equal(third.status, 429);
    assert.match(third.body.toString(), /\((session_concurrency|concurrency)\)/);
    const count = await ask(secret, { session: "a", path: "/v1/messages/count_tokens" });
    assert.equal(count.status, 200);
    resolve();
    for (const answer of running) assert.equal((await answer).status, 200);
    assert.equal((await ask(secret, { session: "a" })).status, 200);
    const shown = await control(gateway, "GET", `/me/keys/${id}`);
    assert.equal(shown.body["session_concurrency"], 2);
    const changed = await control(gateway, "PATCH", `/me/keys/${id}`, {
      session_concurrency: null,
    });
    assert.equal(changed.body["session_concurrency"], null);
  });

  it("S3-03: usage can be told by session and by agent", async () => {
    const { secret } = await makeKey(gateway);
    const headers = { "x-spillway-key": secret, "x-claude-code-session-id": "fan-out" };
    for (const agent of ["agent-1", "agent-2", "agent-2"]) {
      await call(gateway, {
        headers: { ...headers, "x-claude-code-agent-id": agent },
        body: PLAIN_BODY,
      });
    }
    const groups = async (by: string) => {
      const usage = await me(gateway, secret, "GET", `/me/usage?by=${by}`);
      assert.ok(Array.isArray(usage.body["groups"]), usage.text);
      return usage.body["groups"].map(({ group, requests }) => [group, requests] as const);
    };
    await eventually(
      async () => (String(await groups("session")) === "fan-out,3" ? true : undefined),
      "three requests of the session",
    );
    const byAgent = new Map(await groups("agent"));
    assert.equal(byAgent.get("agent-1"), 1);
    assert.equal(byAgent.get("agent-2"), 2);
  });
});
