import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  assertGatewayError,
  call,
  PLAIN_BODY,
  STREAM_BODY,
  startTestGateway,
} from "../fault/rig.ts";
import { startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { sumOf } from "./books.ts";
import {
  assertBooksBalance,
  bearer,
  type MadeKey,
  makeKey,
  me,
  providerKey,
  recordOf,
  sessionToken,
  storeKey,
} from "./rig.ts";

const scope = new AsyncDisposableStack();
let gateway: Gateway;
let key: MadeKey;

before(async () => {
  const upstream = scope.use(await startAnthropicUpstream());
  gateway = scope.use(await startTestGateway(upstream.url));
  scope.defer(() => assertBooksBalance(gateway));
  await storeKey(gateway, providerKey());
  key = await makeKey(gateway, { budget: "10/month", currency: "USD" });
  await upstream.close();
});

after(() => scope.disposeAsync());

const SESSION = bearer(sessionToken());
const OVERFLOW = { "x-spillway-overflow": "byok" };

describe("S0-46: an upstream that cannot be reached", () => {
  for (const [who, mode, headers] of [
    ["a session", "passthrough", () => SESSION],
    ["a session that may overflow", "passthrough", () => ({ ...SESSION, ...OVERFLOW })],
    ["a key", "byok", () => ({ "x-spillway-key": key.secret })],
    [
      "a key with a session",
      "passthrough",
      () => ({ "x-spillway-key": key.secret, ...SESSION, ...OVERFLOW }),
    ],
  ] as const) {
    for (const body of [PLAIN_BODY, STREAM_BODY]) {
      const how = body === PLAIN_BODY ? "whole" : "streamed";
      it(`S0-46: ${who}, ${how}: 502 that says whose it is, and nothing is charged`, async () => {
        const answer = await call(gateway, { body, headers: headers() });
        assertGatewayError(answer, 502, "upstream_unreachable");
        assert.match(answer.body.toString(), /"type":"api_error"/);
        assert.equal(answer.headers["x-spillway-upstream-mode"], mode);
        const row = await recordOf(gateway, answer);
        assert.equal(row.costNano, 0n);
        assert.equal(row.errorCode, "upstream_unreachable");
        assert.equal(row.attempts.length, 1);
        for (const account of ["held:", "budget:", "provider:"]) {
          assert.equal(sumOf(row.lines, account), 0n);
        }
      });
    }
  }

  it("S0-46: the budget is as it was", async () => {
    const { text } = await me(gateway, key.secret, "GET", "/me/budget");
    assert.match(text, /"used":"0.0000","remaining":"10.0000"/);
  });
});
