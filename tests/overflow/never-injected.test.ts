import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import {
  assertGatewayError,
  call,
  eventually,
  PLAIN_BODY,
  startTestGateway,
} from "../fault/rig.ts";
import type { AnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import {
  bearer,
  credentialOf,
  isSession,
  type MadeKey,
  makeKey,
  openDesk,
  PLAN_IS_FULL,
  providerKey,
  sessionToken,
  storeKey,
} from "./rig.ts";

const STORED = providerKey();
const scope = new AsyncDisposableStack();
let upstream: AnthropicUpstream;
let gateway: Gateway;
let key: MadeKey;

before(async () => {
  ({ upstream, gateway, key } = await openDesk(scope));
  await storeKey(gateway, STORED, { overflow: true });
});

after(() => scope.disposeAsync());

beforeEach(() => upstream.reset());

const tried = () => upstream.requests.map((seen) => credentialOf(seen));

/** Endpoints that a stored key is for, and those that it is not, whatever is asked. */
const INJECTED = [
  ["POST", "/v1/messages"],
  ["POST", "/v1/messages?beta=true"],
  ["POST", "/anthropic/v1/messages"],
  ["POST", "/v1/messages/count_tokens"],
  ["GET", "/v1/models"],
  ["GET", "/v1/models?limit=5"],
  ["GET", "/v1/models/claude-opus-5-5"],
] as const;
const NEVER = [
  ["GET", "/v1/files"],
  ["POST", "/v1/files"],
  ["GET", "/v1/files/file_1/content"],
  ["DELETE", "/v1/files/file_1"],
  ["POST", "/anthropic/v1/files"],
  ["POST", "/v1/messages/batches"],
  ["GET", "/v1/messages/batches"],
  ["GET", "/v1/messages/batches/b_1/results"],
  ["POST", "/v1/messages/batches/b_1/cancel"],
  ["POST", "/v1/complete"],
  ["POST", "/v1/embeddings"],
  ["GET", "/v1/organizations/api_keys"],
  ["POST", "/v1/organizations/api_keys/k_1"],
  ["GET", "/v1/messages"],
  ["DELETE", "/v1/messages"],
  ["POST", "/v1/messages/"],
  ["POST", "/V1/messages"],
  ["POST", "/v1/messages;x=1"],
  ["POST", "/v1/messages/count_tokens/more"],
  ["POST", "/v1/messages%2fcount_tokens"],
  ["DELETE", "/v1/models/claude-opus-5-5"],
  ["POST", "/v1/models/claude-opus-5-5/fine_tune"],
  ["GET", "/v1/models/claude-opus-5-5/permissions"],
  ["GET", "/v1/messages/count_tokens"],
  ["DELETE", "/v1/messages/count_tokens"],
  ["POST", "/v1/skills"],
  ["GET", "/api/oauth/usage"],
  ["POST", "/api/event_logging/batch"],
  ["GET", "/"],
] as const;

describe("R4: what a stored key is used for", () => {
  for (const [method, path] of INJECTED) {
    it(`R4: ${method} ${path} of a key goes out with the stored key`, async () => {
      const body = method === "POST" ? { body: PLAIN_BODY } : {};
      await call(gateway, { method, path, headers: { "x-spillway-key": key.secret }, ...body });
      assert.deepEqual(tried(), [STORED]);
    });
  }

  for (const [method, path] of NEVER) {
    for (const asks of [false, true]) {
      const how = asks ? "that asks for overflow" : "alone";
      it(`R4: ${method} ${path} of a key ${how} goes out without any credential`, async () => {
        await call(gateway, {
          method,
          path,
          ...(method === "POST" ? { body: PLAIN_BODY } : {}),
          headers: {
            "x-spillway-key": key.secret,
            ...(asks ? { "x-spillway-overflow": "byok" } : {}),
          },
        });
        assert.ok(upstream.requests.length <= 1);
        for (const credential of tried()) assert.equal(credential, undefined);
      });
    }

    it(`R4: ${method} ${path} of a full session stays the session's`, async () => {
      upstream.on(isSession, PLAN_IS_FULL);
      const session = sessionToken();
      const answer = await call(gateway, {
        method,
        path,
        ...(method === "POST" ? { body: PLAIN_BODY } : {}),
        headers: {
          "x-spillway-key": key.secret,
          "x-spillway-overflow": "byok",
          ...bearer(session),
        },
      });
      assert.deepEqual(tried(), [session]);
      assert.equal(answer.status, 429);
      assert.equal(answer.headers["x-spillway-upstream-mode"], "passthrough");
    });
  }

  it("R22: count_tokens of a full session overflows, and costs no budget", async () => {
    upstream.on(isSession, PLAN_IS_FULL);
    const session = sessionToken();
    const answer = await call(gateway, {
      path: "/v1/messages/count_tokens",
      body: PLAIN_BODY,
      headers: bearer(session),
    });
    assert.deepEqual(tried(), [session, STORED]);
    assert.equal(answer.body.toString(), '{"input_tokens":4242}');
  });
});

describe("R3: the client's own question for its limits", () => {
  const probe = (more: object) =>
    JSON.stringify({
      model: "claude-haiku-5-5",
      max_tokens: 1,
      messages: [{ role: "user", content: "quota" }],
      metadata: { user_id: "u" },
      ...more,
    });
  const PROBES = [{}, { stream: true }, { stream: false }, { system: "You are Claude Code." }];

  for (const more of PROBES) {
    it(`R3: a quota probe never overflows (${JSON.stringify(more)})`, async () => {
      upstream.on(isSession, PLAN_IS_FULL);
      const session = sessionToken();
      const answer = await call(gateway, {
        body: probe(more),
        headers: { ...bearer(session), "x-spillway-overflow": "byok" },
      });
      assert.equal(answer.status, 429);
      assert.equal(answer.headers["anthropic-ratelimit-unified-status"], "rejected");
      assert.deepEqual(tried(), [session]);
    });
  }

  it("R3: a probe goes to the session although it is known to be full", async () => {
    upstream.on(isSession, PLAN_IS_FULL);
    const headers = bearer(sessionToken());
    await call(gateway, { body: PLAIN_BODY, headers });
    upstream.reset();
    await call(gateway, { body: probe({}), headers });
    assert.equal(upstream.requests.length, 1);
    assert.notEqual(tried()[0], STORED);
  });

  it("R3: what only looks like a probe does overflow", async () => {
    upstream.on(isSession, PLAN_IS_FULL);
    for (const body of [
      probe({ max_tokens: 2 }),
      probe({ messages: [{ role: "user", content: "quota?" }] }),
      probe({
        messages: [
          { role: "user", content: "a" },
          { role: "user", content: "quota" },
        ],
      }),
    ]) {
      upstream.reset();
      upstream.on(isSession, PLAN_IS_FULL);
      const answer = await call(gateway, { body, headers: bearer(sessionToken()) });
      assert.equal(answer.headers["x-spillway-upstream-mode"], "byok-overflow");
    }
  });
});

describe("R4: a gateway that the network reaches, without keys required", () => {
  it("R4: uses no stored key for anybody, and says so to those who have one and at its start", async () => {
    await using open = await startTestGateway(upstream.url, { env: { BIND: "0.0.0.0" } });
    const own = await makeKey(open);
    await storeKey(open, STORED, { overflow: true });
    upstream.reset();
    const told = await call(open, { body: PLAIN_BODY, headers: { "x-spillway-key": own.secret } });
    assertGatewayError(told, 403, "credential_missing");
    assert.match(told.body.toString(), /auth\.required/);
    assert.equal(upstream.requests.length, 0);
    const warned = () => (open.stdout().includes("auth.required") ? true : undefined);
    await eventually(warned, "a warning at the start");
    for (const headers of [{}, { "x-spillway-key": own.secret }]) {
      for (const asked of [{}, { "x-spillway-overflow": "byok" }]) {
        upstream.reset();
        upstream.on(isSession, PLAN_IS_FULL);
        const session = sessionToken();
        const answer = await call(open, {
          body: PLAIN_BODY,
          headers: { ...headers, ...asked, ...bearer(session) },
        });
        assert.equal(answer.status, 429);
        assert.deepEqual(tried(), [session]);
      }
    }
  });

  it("R4: with keys required it uses the stored key again", async () => {
    await using team = await startTestGateway(upstream.url, {
      env: { BIND: "0.0.0.0" },
      config: "auth:\n  required: true",
    });
    const own = await makeKey(team);
    await storeKey(team, STORED);
    upstream.reset();
    const answer = await call(team, {
      body: PLAIN_BODY,
      headers: { "x-spillway-key": own.secret },
    });
    assert.equal(answer.status, 200);
    assert.deepEqual(tried(), [STORED]);
  });
});
