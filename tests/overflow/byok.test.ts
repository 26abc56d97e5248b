import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, beforeEach, describe, it } from "node:test";
import { promisify } from "node:util";
import { temporaryDirectory } from "../../src/store/records.fixture.ts";
import { call, PLAIN_BODY, startTestGateway } from "../fault/rig.ts";
import { failure } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { isObject } from "../upstream/request-kind.ts";
import {
  bearer,
  credentialOf,
  isSession,
  makeKey,
  me,
  PLAN_IS_FULL,
  providerKey,
  sessionToken,
} from "./rig.ts";

const scope = new AsyncDisposableStack();
let upstream: AnthropicUpstream;
let gateway: Gateway;
let dataDir: string;

before(async () => {
  upstream = scope.use(await startAnthropicUpstream());
  dataDir = scope.use(await temporaryDirectory()).path;
  gateway = await startTestGateway(upstream.url, { dataDir });
  scope.defer(() => gateway[Symbol.asyncDispose]());
});

after(() => scope.disposeAsync());

beforeEach(() => upstream.reset());

const run = promisify(execFile);

/** The recipe's own command, which says nothing of a content type: curl calls the body a form then. */
async function curl(secret: string, key: string) {
  const { stdout } = await run("curl", [
    "--silent",
    "--show-error",
    "--noproxy",
    "*",
    "--include",
    "-X",
    "PUT",
    `http://127.0.0.1:${gateway.port}/me/byok/anthropic`,
    "-H",
    `Authorization: Bearer ${secret}`,
    "-d",
    `{"key": "${key}", "label": "claude-code"}`,
  ]);
  return stdout;
}

async function spill(secret: string) {
  upstream.on(isSession, PLAN_IS_FULL);
  const session = sessionToken();
  const answer = await call(gateway, {
    body: PLAIN_BODY,
    headers: { ...bearer(session), "x-br-api-key": secret, "x-br-overflow": "byok" },
  });
  return { answer, tried: upstream.requests.map((seen) => credentialOf(seen)), session };
}

describe("S0-18: a provider's key is stored by the recipe's own curl", () => {
  it("S0-18: takes the body as curl sends it, shows a mask, and the key works for overflow", async () => {
    const owner = await makeKey(gateway, { organisation: "recipe" });
    const stored = providerKey();
    const said = await curl(owner.secret, stored);
    assert.match(said, /^HTTP\/1\.1 200 /);
    const view: unknown = JSON.parse(said.slice(said.indexOf("\r\n\r\n")));
    assert.ok(isObject(view));
    assert.equal(view["label"], "claude-code");
    assert.equal(view["provider"], "anthropic");
    assert.equal(view["verified"], true);
    assert.ok(!said.includes(stored));
    assert.ok(!said.includes(stored.slice(-8)));
    upstream.reset();
    const { answer, tried, session } = await spill(owner.secret);
    assert.equal(answer.headers["x-br-upstream-mode"], "byok-overflow");
    assert.deepEqual(tried, [session, stored]);
  });

  for (const [what, status, verified] of [
    ["refuses", 401, false],
    ["refuses", 403, false],
    ["is overloaded for", 529, null],
  ] as const) {
    it(`X-B2: says that the provider ${what} a new key (${status}), in words of our own`, async () => {
      const owner = await makeKey(gateway, { organisation: `check-${status}` });
      const key = providerKey();
      upstream.on("models", failure(status, `bad key ${key}`));
      const put = await me(gateway, owner.secret, "PUT", "/me/byok/anthropic", { key });
      assert.equal(put.status, 200);
      assert.equal(put.body["verified"], verified);
      const tested = await me(gateway, owner.secret, "POST", "/me/byok/anthropic/test");
      assert.equal(tested.body["verified"], verified);
      assert.ok(!`${put.text}${tested.text}`.includes(key));
      assert.ok(upstream.requests.length === 2);
      for (const seen of upstream.requests) assert.equal(credentialOf(seen), key);
    });
  }

  for (const [what, body] of [
    ["a subscription's token", { key: sessionToken() }],
    ["a refresh token", { key: sessionToken().replace("oat", "ort") }],
    ["a key of ours", { key: `spw-${"a".repeat(49)}` }],
    ["a key with a line break in it", { key: "sk-ant-api03-abcdefgh\r\nx-api-key: evil" }],
    ["nothing", {}],
    ["a key under another name", { api_key: "sk-ant-api03-abcdefgh" }],
  ] as const) {
    it(`X-B2: stores no ${what}, and repeats nothing of it`, async () => {
      const owner = await makeKey(gateway, { organisation: "refused", role: "owner" });
      const put = await me(gateway, owner.secret, "PUT", "/me/byok/anthropic", body);
      assert.equal(put.status, 400, put.text);
      for (const value of Object.values(body)) assert.ok(!put.text.includes(value));
      const list = await me(gateway, owner.secret, "GET", "/me/byok");
      assert.deepEqual(list.body, { credentials: [] });
      assert.equal(upstream.requests.length, 0);
    });
  }
});

describe("S0-19: it is stored once, for the organisation", () => {
  it("S0-19: every key of the organisation uses it, also after a restart, and no other's does", async () => {
    const owner = await makeKey(gateway, { organisation: "shared" });
    const second = await makeKey(gateway, { organisation: "shared" });
    const stranger = await makeKey(gateway, { organisation: "elsewhere" });
    const stored = providerKey();
    await curl(owner.secret, stored);
    for (const round of ["before", "after"]) {
      upstream.reset();
      const { tried, session, answer } = await spill(second.secret);
      assert.deepEqual(tried, [session, stored], `${round} the restart`);
      assert.equal(answer.status, 200);
      upstream.reset();
      const other = await spill(stranger.secret);
      assert.deepEqual(other.tried, [other.session]);
      assert.equal(other.answer.status, 429);
      upstream.reset();
      const keyless = await call(gateway, {
        body: PLAIN_BODY,
        headers: { "x-br-overflow": "byok" },
      });
      assert.equal(keyless.headers["x-br-upstream-mode"], "passthrough");
      assert.deepEqual(
        upstream.requests.map((seen) => credentialOf(seen)),
        [undefined],
      );
      if (round === "after") break;
      await gateway[Symbol.asyncDispose]();
      gateway = await startTestGateway(upstream.url, { dataDir });
    }
  });

  it("S0-19: once it is removed nothing is sent with it any more", async () => {
    const owner = await makeKey(gateway, { organisation: "leaving" });
    await curl(owner.secret, providerKey());
    const removed = await me(gateway, owner.secret, "DELETE", "/me/byok/anthropic");
    assert.equal(removed.status, 200);
    upstream.reset();
    const { tried, session } = await spill(owner.secret);
    assert.deepEqual(tried, [session]);
  });
});
