import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { bytes } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { isObject } from "../upstream/request-kind.ts";
import { call, explain, finishedEvent, idOf, startTestGateway } from "./rig.ts";

let upstream: AnthropicUpstream;
let gateway: Gateway;
const scope = new AsyncDisposableStack();

before(async () => {
  upstream = scope.use(await startAnthropicUpstream());
  gateway = scope.use(await startTestGateway(upstream.url));
});

after(() => scope.disposeAsync());

beforeEach(() => {
  upstream.reset();
  upstream.on(() => true, bytes(200, "application/json", ["{}"]));
});

/** Finished calls whose usage nobody knows, over all books. */
async function unknownUsage(): Promise<number> {
  const usage = await gateway.api("/me/usage");
  assert.ok(isObject(usage) && Array.isArray(usage["books"]));
  return usage["books"]
    .filter(isObject)
    .reduce((sum, book) => sum + Number(book["unknown_usage"]), 0);
}

describe("calls that are no messages", () => {
  for (const [method, path, isUnknown] of [
    ["GET", "/v1/messages/batches", false],
    ["GET", "/v1/messages/batches/batch_1/results", false],
    ["POST", "/v1/messages/batches/batch_1/cancel", false],
    ["POST", "/api/event_logging/batch", false],
    ["GET", "/v1/unknown", false],
    ["POST", "/v1/messages/batches", true],
    ["POST", "/v1/unknown", true],
  ] as const) {
    it(`${method} ${path} ${isUnknown ? "may cost, so its usage is unknown" : "costs nothing"}`, async () => {
      const known = await unknownUsage();
      const answer = await call(gateway, { method, path, body: method === "POST" ? "{}" : "" });
      assert.equal(answer.status, 200);
      const record = await finishedEvent(gateway, idOf(answer));
      assert.equal(record["usage_source"], isUnknown ? "unknown" : "none");
      assert.equal((await unknownUsage()) - known, isUnknown ? 1 : 0);
    });
  }
});

describe("R11: members that come twice", () => {
  it("R11: pass unchanged, and stand in the decision", async () => {
    const body = '{"model":"claude-a","messages":[],"model":"claude-b"}';
    const answer = await call(gateway, { body });
    assert.equal(upstream.requests[0]?.body.toString(), body);
    await finishedEvent(gateway, idOf(answer));
    const { decision } = await explain(gateway, idOf(answer));
    assert.match(String(decision), /\bmodel\b.* more than once/);
  });

  it("R11: a body without them has nothing to say of it", async () => {
    const answer = await call(gateway, { body: '{"model":"claude-a","messages":[{"model":1}]}' });
    await finishedEvent(gateway, idOf(answer));
    const { decision } = await explain(gateway, idOf(answer));
    assert.doesNotMatch(String(decision), /more than once/);
  });
});
