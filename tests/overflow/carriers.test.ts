import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { dechunk, eventually, headOf, sendRaw, startTestGateway } from "../fault/rig.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { control, credentialOf, type MadeKey, makeKey, me, providerKey, storeKey } from "./rig.ts";

const STORED = providerKey();
const scope = new AsyncDisposableStack();
let upstream: AnthropicUpstream;
const gateways = new Map<"local" | "team", Gateway>();

/** What a key may be kept from, and what the one that is kept from nothing gets. */
const KINDS = {
  free: { status: 200, code: undefined },
  model: { status: 403, code: "model_not_allowed" },
  budget: { status: 429, code: "budget_exceeded" },
  daily: { status: 429, code: "daily_limit_reached" },
  policy: { status: 403, code: "residency_refused" },
  expired: { status: 401, code: "key_expired" },
  revoked: { status: 401, code: "key_revoked" },
  unknown: { status: 401, code: "key_unknown" },
} as const;
type Kind = keyof typeof KINDS;
const ALL_KINDS = Object.keys(KINDS).filter((name): name is Kind => name in KINDS);

/** Where a key can stand; all of these are the same to every rule. */
const CARRIERS: Readonly<Record<string, (key: string) => readonly string[]>> = {
  "x-spillway-key": (key) => [`x-spillway-key: ${key}`],
  "X-Spillway-Key in capitals": (key) => [`X-SPILLWAY-KEY: ${key}`],
  "a bearer": (key) => [`Authorization: Bearer ${key}`],
  "a bearer in small letters": (key) => [`authorization: bearer ${key}`],
  "a bearer behind a tab": (key) => [`Authorization: Bearer\t${key}`],
  "a bare Authorization": (key) => [`Authorization: ${key}`],
  "x-api-key": (key) => [`x-api-key: ${key}`],
  "x-br-api-key": (key) => [`x-br-api-key: ${key}`],
  "x-bf-vk": (key) => [`x-bf-vk: ${key}`],
  "x-litellm-api-key": (key) => [`x-litellm-api-key: Bearer ${key}`],
  "x-portkey-api-key": (key) => [`x-portkey-api-key: ${key}`],
  "x-goog-api-key": (key) => [`x-goog-api-key: ${key}`],
  "two fields at once": (key) => [`Authorization: Bearer ${key}`, `x-api-key: ${key}`],
  "three fields at once": (key) => [
    `x-spillway-key: ${key}`,
    `x-api-key: ${key}`,
    `x-bf-vk: ${key}`,
  ],
};

const keys = new Map<string, string>();
const keyOf = (mode: "local" | "team", kind: Kind) => keys.get(`${mode} ${kind}`) ?? "";

before(async () => {
  upstream = scope.use(await startAnthropicUpstream());
  for (const [mode, config] of [
    ["local", ""],
    ["team", "auth:\n  required: true"],
  ] as const) {
    const gateway = scope.use(await startTestGateway(upstream.url, { config }));
    gateways.set(mode, gateway);
    await storeKey(gateway, STORED);
    for (const kind of ALL_KINDS) keys.set(`${mode} ${kind}`, (await keyFor(gateway, kind)).secret);
  }
});

after(() => scope.disposeAsync());

async function keyFor(gateway: Gateway, kind: Kind): Promise<MadeKey> {
  switch (kind) {
    case "model":
      return await makeKey(gateway, { models: ["claude-haiku-*"] });
    case "budget":
      return await makeKey(gateway, { budget: "0.000001/month" });
    case "policy":
      return await makeKey(gateway, { data_policy: "india_only" });
    case "daily": {
      const key = await makeKey(gateway, { daily_requests: 1 });
      assert.equal((await decide(gateway, [`x-spillway-key: ${key.secret}`])).status, 200);
      return key;
    }
    case "expired": {
      const key = await makeKey(gateway, { expires: "1ms" });
      const isOver = async () =>
        (await me(gateway, key.secret, "GET", "/me")).status === 401 ? true : undefined;
      await eventually(isOver, "the end of a key's life");
      return key;
    }
    case "revoked": {
      const key = await makeKey(gateway);
      assert.equal((await control(gateway, "DELETE", `/me/keys/${key.id}`)).status, 200);
      return key;
    }
    case "unknown":
      return { id: "", secret: `${(await makeKey(gateway)).secret.slice(0, -1)}_` };
    case "free":
      return await makeKey(gateway);
  }
}

const BODY = JSON.stringify({ model: "claude-opus-5-5", max_tokens: 10, messages: [] });

/** What the gateway decided, without what differs from one request to the next. */
async function decide(gateway: Gateway, fields: readonly string[], path = "/v1/messages") {
  upstream.reset();
  using client = await sendRaw(gateway, BODY, { path, fields: [...fields, "Connection: close"] });
  assert.ok(await client.closedWithin(10_000));
  const answer = client.text();
  const head = headOf(answer);
  const body = /^transfer-encoding: chunked/im.test(head)
    ? dechunk(answer).body
    : answer.slice(head.length + 4);
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]),
    code: /\((\w+)\)"/.exec(body)?.[1],
    words: body.replaceAll(/spx_[0-9a-z]{26}/g, "").replaceAll(/(?:msg|req)_01Mock\d+/g, ""),
    mode: /^x-spillway-upstream-mode: (.*)$/im.exec(head)?.[1],
    shouldRetry: /^x-should-retry: (.*)$/im.exec(head)?.[1],
    calls: upstream.requests.map((seen) => credentialOf(seen)),
  };
}

for (const mode of ["local", "team"] as const) {
  const gatewayOf = (): Gateway => {
    const gateway = gateways.get(mode);
    assert.ok(gateway);
    return gateway;
  };

  describe(`A-04: every rule holds wherever the key stands, ${mode}`, () => {
    for (const kind of ALL_KINDS) {
      it(`A-04: ${mode}: a key with the rule "${kind}" gets the same answer from every carrier`, async () => {
        // The day's one request of a limited key is gone already, so asking changes nothing.
        const expected = await decide(gatewayOf(), [`x-spillway-key: ${keyOf(mode, kind)}`]);
        const { status, code } = KINDS[kind];
        assert.equal(expected.status, status);
        assert.equal(expected.code, code);
        assert.deepEqual(expected.calls, status === 200 ? [STORED] : []);
        if (status !== 200) assert.equal(expected.shouldRetry, "false");
        for (const [name, fieldsFor] of Object.entries(CARRIERS)) {
          const decided = await decide(gatewayOf(), fieldsFor(keyOf(mode, kind)));
          assert.deepEqual(decided, expected, name);
        }
      });
    }

    for (const [place, pathFor] of [
      ["a parameter", (key: string) => `/v1/messages?key=${key}`],
      ["a parameter named like a field", (key: string) => `/v1/messages?x-api-key=${key}`],
      ["a parameter beside others", (key: string) => `/v1/messages?beta=true&api_key=${key}`],
      ["an encoded parameter", (key: string) => `/v1/messages?key=%20${key.replace("-", "%2D")}`],
      ["the path", (key: string) => `/v1/${key}/messages`],
      ["the path of another endpoint", (key: string) => `/v1/models/${key}`],
    ] as const) {
      it(`A-04: ${mode}: a key in ${place} is refused, with and without one in a field`, async () => {
        const key = keyOf(mode, "free");
        const beside = await decide(gatewayOf(), [`x-spillway-key: ${key}`], pathFor(key));
        assert.equal(beside.status, 400);
        assert.equal(beside.code, "key_in_url");
        const alone = await decide(gatewayOf(), [], pathFor(key));
        assert.ok(alone.status === 400 || (mode === "team" && alone.status === 401));
        assert.deepEqual([...beside.calls, ...alone.calls], []);
        assert.ok(!beside.words.includes(key) && !alone.words.includes(key));
      });
    }

    it(`A-04: ${mode}: a key in a cookie or in a query of our own endpoints is no key`, async () => {
      const key = keyOf(mode, "free");
      const decided = await decide(gatewayOf(), [`Cookie: key=${key}; x-spillway-key=${key}`]);
      if (mode === "team") assert.equal(decided.code, "key_required");
      // Without a key it is the machine's own user, whom no stored key is injected for.
      else assert.deepEqual([decided.mode, decided.calls], ["passthrough", [undefined]]);
      for (const seen of upstream.requests) assert.ok(!seen.rawHeaders.join().includes(key));
      const own = await me(gatewayOf(), undefined, "GET", `/me?key=${key}`);
      assert.equal(own.status, 400);
      assert.match(own.text, /key_in_url/);
    });

    it(`A-04: ${mode}: two different keys, and one field twice, are refused whatever the keys allow`, async () => {
      const [one, two] = [keyOf(mode, "free"), keyOf(mode, "revoked")];
      for (const fields of [
        [`x-spillway-key: ${one}`, `x-api-key: ${two}`],
        [`x-spillway-key: ${two}`, `Authorization: Bearer ${one}`],
        [`x-bf-vk: ${one}`, `x-br-api-key: ${two}`],
        [`x-spillway-key: ${one}`, `x-spillway-key: ${one}`],
        [`x-api-key: ${one}`, `X-Api-Key: ${two}`],
        [`Authorization: Bearer ${one}`, `authorization: Bearer ${one}`],
      ]) {
        const decided = await decide(gatewayOf(), fields);
        assert.equal(decided.status, 400, fields.join());
        assert.equal(decided.code, "ambiguous_credentials");
        assert.equal(decided.shouldRetry, "false");
        assert.deepEqual(decided.calls, []);
      }
    });
  });
}

describe("A-07: a list of models has no way around it", () => {
  const allowed = (model: unknown) => JSON.stringify({ model, max_tokens: 10, messages: [] });

  for (const body of [
    allowed("claude-opus-5-5"),
    allowed("CLAUDE-OPUS-5-5"),
    allowed(" claude-haiku-5-5"),
    allowed("claude-opus-5-5\u0000claude-haiku-5-5"),
    allowed("claude‐haiku-5-5"),
    allowed("x/claude-haiku-5-5"),
    allowed(["claude-haiku-5-5"]),
    allowed(undefined),
    '{"model":"claude-haiku-5-5","max_tokens":1,"messages":[],"model":"claude-opus-5-5"}',
    '{"model":"claude-haiku-5-5","max_tokens":1,"messages":[],"\\u006dodel":"claude-opus-5-5"}',
    '[{"model":"claude-haiku-5-5"}]',
    "model=claude-haiku-5-5",
    "",
  ]) {
    it(`A-07: refuses ${body.slice(0, 90).replaceAll("\0", "\\0") || "an empty body"}`, async () => {
      const gateway = gateways.get("team");
      assert.ok(gateway);
      for (const path of ["/v1/messages", "/v1/messages/count_tokens"]) {
        upstream.reset();
        using client = await sendRaw(gateway, body, {
          path,
          fields: [`x-spillway-key: ${keyOf("team", "model")}`, "Connection: close"],
        });
        assert.ok(await client.closedWithin(10_000));
        assert.match(client.text(), /^HTTP\/1\.1 40[03] /);
        assert.match(client.text(), /\((?:model_not_allowed|ambiguous_body)\)/);
        assert.equal(upstream.requests.length, 0);
      }
    });
  }
});
