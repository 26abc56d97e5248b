import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import {
  assertGatewayError,
  call,
  eventually,
  type HttpAnswer,
  requestBytes,
  sendRaw,
  startTestGateway,
} from "../fault/rig.ts";
import { adjusted, message } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { text } from "../upstream/messages.ts";
import { sumOf } from "./books.ts";
import {
  assertBooksBalance,
  control,
  credentialOf,
  forgetKey,
  type MadeKey,
  makeKey,
  providerKey,
  recordOf,
  recordsOf,
  storeKey,
} from "./rig.ts";

const scope = new AsyncDisposableStack();
let upstream: AnthropicUpstream;
let gateway: Gateway;
let stored: string;

before(async () => {
  upstream = scope.use(await startAnthropicUpstream());
  gateway = scope.use(await startTestGateway(upstream.url));
  scope.defer(() => assertBooksBalance(gateway));
});

after(() => scope.disposeAsync());

beforeEach(async () => {
  stored = providerKey();
  await storeKey(gateway, stored);
  upstream.reset();
});

const bodyOf = (stream: boolean) =>
  JSON.stringify({ model: "claude-opus-5-5", max_tokens: 64, stream, messages: [] });

const ask = (secret: string): Promise<HttpAnswer> =>
  call(gateway, { body: bodyOf(false), headers: { "x-spillway-key": secret } });

async function change(key: MadeKey, fields: object): Promise<void> {
  const changed = await control(gateway, "PATCH", `/me/keys/${key.id}`, fields);
  assert.equal(changed.status, 200, changed.text);
}

async function revoke(key: MadeKey): Promise<void> {
  assert.equal((await control(gateway, "DELETE", `/me/keys/${key.id}`)).status, 200);
}

async function rotate(key: MadeKey, overlap: string): Promise<string> {
  const rotated = await control(gateway, "POST", `/me/keys/${key.id}/rotate`, { overlap });
  assert.equal(rotated.status, 200, rotated.text);
  const { key: secret } = rotated.body;
  assert.ok(typeof secret === "string");
  return secret;
}

/** What can be taken away, and how the next request is told. */
const CHANGES: readonly (readonly [string, (key: MadeKey) => Promise<unknown>, number, string])[] =
  [
    ["revoked", revoke, 401, "key_revoked"],
    ["rotated without overlap", (key) => rotate(key, "0s"), 401, "key_revoked"],
    [
      "given a smaller budget",
      (key) => change(key, { budget: "0.000001/month" }),
      429,
      "budget_exceeded",
    ],
    [
      "limited to what it has used of the day",
      (key) => change(key, { daily_requests: 1 }),
      429,
      "daily_limit_reached",
    ],
    [
      "kept to other models",
      (key) => change(key, { models: ["claude-haiku-*"] }),
      403,
      "model_not_allowed",
    ],
    [
      "kept to a place",
      (key) => change(key, { data_policy: "india_only" }),
      403,
      "residency_refused",
    ],
    [
      "set to the session's mode",
      (key) => change(key, { mode: "session" }),
      403,
      "credential_missing",
    ],
  ];

describe("A-10: a change holds for the next request", () => {
  for (const [what, make, status, code] of CHANGES) {
    it(`A-10: a key that is ${what} while idle: the next request gets ${code}`, async () => {
      const key = await makeKey(gateway, { daily_requests: 9, budget: "10/month" });
      assert.equal((await ask(key.secret)).status, 200);
      await make(key);
      assertGatewayError(await ask(key.secret), status, code);
      assert.equal(upstream.requests.length, 1);
    });

    it(`A-10: a key that is ${what} during a stream: the stream ends whole, the next request gets ${code}`, async () => {
      const key = await makeKey(gateway, { daily_requests: 9, budget: "10/month" });
      const gate = Promise.withResolvers<void>();
      const answer = message({ content: [text("first, and then the last words.")] });
      upstream.on(
        "plain",
        adjusted(answer, { delivery: { stallAfterBytes: 700, resume: gate.promise } }),
      );
      using client = await sendRaw(gateway, bodyOf(true), {
        fields: [`x-spillway-key: ${key.secret}`],
      });
      assert.ok(await client.until((got) => got.includes("message_start")));
      await make(key);
      assertGatewayError(await ask(key.secret), status, code);
      gate.resolve();
      assert.ok(await client.until((got) => got.includes("\r\n0\r\n\r\n")));
      assert.match(client.text(), /event: message_stop/);
      // On the connection that has just been served, too.
      client.send(requestBytes(bodyOf(false), { fields: [`x-spillway-key: ${key.secret}`] }));
      assert.ok(await client.until((got) => got.includes(`(${code})`)));
      assert.equal(upstream.requests.length, 1);
      const id = /^x-spillway-request-id: (\S+)/im.exec(client.text())?.[1] ?? "";
      const [row] = await recordsOf(gateway, [id]);
      assert.ok(row);
      assert.equal(row.finish, "complete");
      assert.ok((row.costNano ?? 0n) > 0n);
      assert.equal(-sumOf(row.lines, `budget:${key.id}/`), row.costNano);
    });
  }

  it("A-10: a budget that is raised lets the next request through", async () => {
    const key = await makeKey(gateway, { budget: "0.000001/month" });
    assert.equal((await ask(key.secret)).status, 429);
    await change(key, { budget: "10/month" });
    assert.equal((await ask(key.secret)).status, 200);
    await change(key, { budget: null });
    const row = await recordOf(gateway, await ask(key.secret));
    assert.equal(sumOf(row.lines, "budget:"), 0n);
  });

  it("A-10: a rotation with an overlap lets both secrets work, one without ends all before it", async () => {
    const key = await makeKey(gateway);
    const second = await rotate(key, "1h");
    const third = await rotate(key, "1h");
    for (const secret of [key.secret, second, third]) {
      const answer = await ask(secret);
      assert.equal(answer.status, 200);
      assert.equal((await recordOf(gateway, answer)).keyId, key.id);
    }
    const fourth = await rotate(key, "0s");
    for (const secret of [key.secret, second, third]) {
      assertGatewayError(await ask(secret), 401, "key_revoked");
    }
    assert.equal((await ask(fourth)).status, 200);
    await revoke(key);
    assertGatewayError(await ask(fourth), 401, "key_revoked");
  });

  it("A-10: a short overlap, and a short life, end by themselves", async () => {
    const key = await makeKey(gateway);
    await rotate(key, "1ms");
    const old = async () => ((await ask(key.secret)).status === 401 ? true : undefined);
    await eventually(old, "the end of an overlap");
    const brief = await makeKey(gateway, { expires: "1ms" });
    const gone = async () => ((await ask(brief.secret)).status === 401 ? true : undefined);
    await eventually(gone, "the end of a key's life");
    assertGatewayError(await ask(brief.secret), 401, "key_expired");
    await change(brief, { expires: null });
    assert.equal((await ask(brief.secret)).status, 200);
  });

  it("A-10: a revoked key stays so, whatever is asked", async () => {
    const key = await makeKey(gateway);
    await revoke(key);
    for (const [method, path, body] of [
      ["PATCH", "", { expires: null }],
      ["POST", "/rotate", {}],
    ] as const) {
      const refused = await control(gateway, method, `/me/keys/${key.id}${path}`, body);
      assert.equal(refused.status, 400);
    }
    assertGatewayError(await ask(key.secret), 401, "key_revoked");
  });

  it("S2-11: other keys do not notice", async () => {
    const [one, other] = [await makeKey(gateway), await makeKey(gateway)];
    await revoke(one);
    assert.equal((await ask(one.secret)).status, 401);
    assert.equal((await ask(other.secret)).status, 200);
  });
});

describe("A-10: a stored key that is replaced or removed", () => {
  it("A-10: the next request goes with the new one, a running stream ends with the old one", async () => {
    const key = await makeKey(gateway);
    const gate = Promise.withResolvers<void>();
    const answer = message({ content: [text("some words")] });
    upstream.queue("plain", adjusted(answer, { delivery: { beforeHead: gate.promise } }));
    const running = ask(key.secret);
    await upstream.waitForRequest("plain");
    const fresh = providerKey();
    await storeKey(gateway, fresh);
    assert.equal((await ask(key.secret)).status, 200);
    await forgetKey(gateway);
    assertGatewayError(await ask(key.secret), 403, "credential_missing");
    gate.resolve();
    assert.equal((await running).status, 200);
    const messages = upstream.ofKind("plain").map((seen) => credentialOf(seen));
    assert.deepEqual(messages, [stored, fresh]);
  });
});
