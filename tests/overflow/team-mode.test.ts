import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import {
  assertGatewayError,
  call,
  hasProc,
  MEBIBYTE,
  PLAIN_BODY,
  peakRssBytes,
  startTestGateway,
} from "../fault/rig.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { openRawClient } from "../upstream/raw-client.ts";
import { openBooks } from "./books.ts";
import {
  bearer,
  control,
  credentialOf,
  makeKey,
  me,
  providerKey,
  sessionToken,
  storeKey,
} from "./rig.ts";

const HUNDRED_MEGABYTES = 100 * MEBIBYTE;
const scope = new AsyncDisposableStack();
let upstream: AnthropicUpstream;
let gateway: Gateway;

before(async () => {
  upstream = scope.use(await startAnthropicUpstream());
  gateway = scope.use(await startTestGateway(upstream.url, { config: "auth:\n  required: true" }));
  await storeKey(gateway, providerKey());
});

after(() => scope.disposeAsync());

beforeEach(() => upstream.reset());

function assertNothingHappened(): void {
  assert.equal(upstream.requests.length, 0);
  using books = openBooks(gateway.dataDir);
  assert.deepEqual(books.rows(), []);
}

/** What a caller who is nobody may bring. */
const NOBODY: readonly (readonly [string, readonly string[]])[] = [
  ["nothing", []],
  ["a session", [`Authorization: Bearer ${sessionToken()}`]],
  ["an API key", [`x-api-key: ${providerKey()}`]],
  ["a key of ours that is unknown", [`x-spillway-key: spw-${"a".repeat(49)}`]],
  ["a cookie", ["Cookie: spillway=admin"]],
  ["an empty key", ["x-spillway-key: "]],
];

const PATHS = [
  ["POST", "/v1/messages"],
  ["POST", "/v1/messages/count_tokens"],
  ["POST", "/v1/files"],
  ["POST", "/some/other/path"],
  ["PUT", "/me/byok/anthropic"],
  ["POST", "/me/keys"],
] as const;

/** One that would be held in memory, and one that never would. */
const UPLOADS = PATHS.flatMap(([method, path]) =>
  [MEBIBYTE, HUNDRED_MEGABYTES].map((size) => [method, path, size] as const),
);

describe("A-05: nobody without a key gets anything done", () => {
  for (const [who, fields] of NOBODY) {
    for (const [method, path, size] of UPLOADS) {
      const megabytes = size / MEBIBYTE;
      it(`A-05: ${method} ${path} with ${who} and ${megabytes} MB to come: 401 before any of it is read`, async () => {
        using client = await openRawClient(gateway.port);
        client.send(
          [
            `${method} ${path} HTTP/1.1`,
            "Host: 127.0.0.1",
            ...fields,
            `Content-Length: ${size}`,
            "",
            "",
          ].join("\r\n"),
        );
        // Not one byte of the body is sent: who waits for it does not answer.
        assert.ok(await client.until((got) => got.includes("\r\n\r\n")));
        assert.match(client.text(), /^HTTP\/1\.1 401 /);
        assert.match(client.text(), /^x-should-retry: false$/im);
        assert.match(client.text(), /^connection: close$/im);
        assert.match(client.text(), /\(key_(?:required|unknown)\)/);
        assertNothingHappened();
      });
    }
  }

  it("A-05: 100 MB that are sent nevertheless are not kept in memory", async (t) => {
    if (!hasProc) {
      t.skip("reads /proc");
      return;
    }
    const atFirst = await peakRssBytes(gateway.pid);
    using client = await openRawClient(gateway.port);
    client.send(
      `POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${HUNDRED_MEGABYTES}\r\n\r\n`,
    );
    const chunk = Buffer.alloc(MEBIBYTE, "x");
    for (let sent = 0; sent < 100; sent += 1) client.send(chunk);
    // The reset that unread bytes cause may overtake the 401.
    assert.ok(await client.closedWithin(10_000));
    assert.ok((await peakRssBytes(gateway.pid)) - atFirst < 50 * MEBIBYTE);
    assertNothingHappened();
  });

  for (const path of [
    "/me",
    "/me/usage",
    "/me/keys",
    "/me/activity/events",
    "/me/budget",
    "/me/quota",
    "/metrics",
  ]) {
    it(`A-05: GET ${path} without a key is refused`, async () => {
      const answer = await call(gateway, { method: "GET", path });
      assertGatewayError(answer, 401, "key_required");
    });
  }

  it("A-05: only liveness and readiness are everybody's, and tell nothing else", async () => {
    assert.deepEqual((await me(gateway, undefined, "GET", "/health")).body, { status: "ok" });
    assert.deepEqual((await me(gateway, undefined, "GET", "/ready")).body, { status: "ready" });
  });

  it("A-01: what is for this machine's owner is not on the data port, for no key", async () => {
    const owner = await makeKey(gateway);
    for (const path of [
      "/control/status",
      "/control/exchanges/spx_1",
      "/control/master-key/rotate",
    ]) {
      for (const method of ["GET", "POST"]) {
        assert.equal((await me(gateway, owner.secret, method, path)).status, 404);
      }
    }
    assert.equal((await control(gateway, "GET", "/control/status")).status, 200);
    assert.equal(upstream.requests.length, 0);
  });
});

describe("A-05: who has a key is served", () => {
  it("S2-16: a key of ours is no subscription, wherever it stands", async () => {
    const key = await makeKey(gateway);
    for (const headers of [bearer(key.secret), { "x-api-key": key.secret }]) {
      const answer = await call(gateway, { body: PLAIN_BODY, headers });
      assert.equal(answer.headers["x-spillway-upstream-mode"], "byok");
    }
  });

  it("R9: what is no known kind of credential is the caller's own, and goes along only beside a key", async () => {
    const key = await makeKey(gateway, { mode: "session" });
    const own = "corp-token-of-a-proxy";
    const beside = await call(gateway, {
      body: PLAIN_BODY,
      headers: { ...bearer(own), "x-spillway-key": key.secret },
    });
    assert.equal(beside.status, 200);
    assert.deepEqual(
      upstream.requests.map((seen) => credentialOf(seen)),
      [own],
    );
  });
});
