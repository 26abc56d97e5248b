import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import {
  assertGatewayError,
  call,
  events,
  eventually,
  finishedEvent,
  type HttpAnswer,
  idOf,
  PLAIN_BODY,
  STREAM_BODY,
  startTestGateway,
} from "../fault/rig.ts";
import { bytes, failure } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { isObject } from "../upstream/request-kind.ts";
import {
  bearer,
  credentialOf,
  forgetKey,
  isSession,
  type MadeKey,
  makeKey,
  me,
  PLAN_IS_FULL,
  providerKey,
  sessionToken,
  storeKey,
} from "./rig.ts";

const scope = new AsyncDisposableStack();
let upstream: AnthropicUpstream;
let gateway: Gateway;
let key: MadeKey;

before(async () => {
  upstream = scope.use(await startAnthropicUpstream());
  gateway = scope.use(await startTestGateway(upstream.url, { config: "overflow:\n  memory: off" }));
  key = await makeKey(gateway);
});

after(() => scope.disposeAsync());

/** The three modes, each with what brings it about. */
const MODES = {
  passthrough: { stored: false, session: true, overflow: false },
  byok: { stored: true, session: false, overflow: false },
  "byok-overflow": { stored: true, session: true, overflow: true },
} as const;
type Mode = keyof typeof MODES;
const ALL_MODES = Object.keys(MODES).filter((name): name is Mode => name in MODES);

async function ask(mode: Mode, more: { path?: string; body?: string; headers?: object } = {}) {
  const { session, overflow } = MODES[mode];
  return await call(gateway, {
    path: more.path ?? "/v1/messages",
    body: more.body ?? PLAIN_BODY,
    headers: {
      "x-br-api-key": key.secret,
      ...(session ? bearer(sessionToken()) : {}),
      ...(overflow ? { "x-br-overflow": "byok" } : {}),
      ...more.headers,
    },
  });
}

function assertMarked({ headers }: HttpAnswer, mode: Mode): void {
  for (const prefix of ["x-br", "x-spillway"]) {
    assert.equal(headers[`${prefix}-provider`], "anthropic");
    assert.equal(headers[`${prefix}-upstream-mode`], mode);
  }
}

const REQUESTS = {
  "an answer": { path: "/v1/messages", body: PLAIN_BODY },
  "a stream": { path: "/v1/messages", body: STREAM_BODY },
  count_tokens: { path: "/v1/messages/count_tokens", body: PLAIN_BODY },
};

for (const mode of ALL_MODES) {
  describe(`S0-33: who answered and who paid, in mode ${mode}`, () => {
    before(async () => {
      if (MODES[mode].stored) await storeKey(gateway, providerKey());
      else await forgetKey(gateway);
    });

    beforeEach(() => {
      upstream.reset();
      if (!MODES[mode].overflow) return;
      upstream.on(isSession, PLAN_IS_FULL);
    });

    for (const [name, request] of Object.entries(REQUESTS)) {
      it(`S0-33: ${mode}: ${name} says it`, async () => {
        const answer = await ask(mode, request);
        assert.equal(answer.status, 200);
        assertMarked(answer, mode);
      });
    }

    for (const status of [400, 404, 413, 429, 500, 529]) {
      it(`S0-33: ${mode}: a ${status} of the upstream says it`, async () => {
        const paysIt = MODES[mode].stored ? "sk-ant-api" : "sk-ant-oat";
        upstream.on(
          (request) => credentialOf(request)?.startsWith(paysIt) === true,
          failure(status, "words"),
        );
        const answer = await ask(mode);
        assert.equal(answer.status, status);
        assertMarked(answer, mode);
      });
    }

    it(`S0-33: ${mode}: a gateway error after authentication says it too`, async () => {
      upstream.on(isSession, PLAN_IS_FULL);
      const pays = MODES[mode].stored ? "sk-ant-api" : "sk-ant-oat";
      upstream.on(
        (request) => credentialOf(request)?.startsWith(pays) === true,
        bytes(302, "text/plain", [], ["location", "http://127.0.0.1:9/"]),
      );
      const answer = await ask(mode);
      assertGatewayError(answer, 502, "upstream_redirect");
      assertMarked(answer, mode);
    });

    for (const stream of [false, true]) {
      const how = stream ? "a stream" : "a whole answer";
      it(`S0-30: ${mode}: india_only forbids ${how} before anything is sent`, async () => {
        const answer = await ask(mode, {
          body: stream ? STREAM_BODY : PLAIN_BODY,
          headers: { "x-br-data-policy": "india_only" },
        });
        assertGatewayError(answer, 403, "residency_refused");
        assert.match(answer.body.toString(), /"type":"permission_error"/);
        assert.equal(upstream.requests.length, 0);
        assert.equal(answer.headers["x-br-provider"], "anthropic");
        const event = await finishedEvent(gateway, idOf(answer));
        assert.match(String(event["residency"]), /^india_only refused; /);
        assert.equal(event["cost_nano_usd"], 0);
      });
    }

    it(`S0-36: ${mode}: every call has its residency decision on record`, async () => {
      for (const path of ["/v1/messages", "/v1/messages/count_tokens", "/v1/files", "/odd"]) {
        const answer = await ask(mode, { path });
        const event = await finishedEvent(gateway, idOf(answer));
        assert.equal(event["residency"], "none asked; unknown", path);
        const forbidden = await ask(mode, { path, headers: { "x-br-data-policy": "us_only" } });
        assertGatewayError(forbidden, 403, "residency_refused");
      }
    });
  });
}

describe("R17: a request's own data policy", () => {
  for (const headers of [
    { "x-spillway-data-policy": "india_only" },
    { "X-BR-Data-Policy": "INDIA_ONLY" },
    { "x-br-data-policy": "none", "x-spillway-data-policy": "india_only" },
    { "x-br-data-policy": "india_only", "x-spillway-data-policy": "none" },
  ]) {
    it(`R17: ${JSON.stringify(headers)} holds`, async () => {
      upstream.reset();
      assertGatewayError(await ask("passthrough", { headers }), 403, "residency_refused");
      assert.equal(upstream.requests.length, 0);
    });
  }

  for (const value of ["mars_only", "india", "", "india_only; none"]) {
    it(`R17: "${value}" is no policy, and goes nowhere`, async () => {
      upstream.reset();
      const headers = { "x-br-data-policy": value };
      assertGatewayError(await ask("passthrough", { headers }), 400, "invalid_header");
      assert.equal(upstream.requests.length, 0);
    });
  }
});

describe("S0-34: every call is in the organisation's feed", () => {
  it("S0-34: newest first, with time, key, model, provider, mode, status, tokens, latency and cost", async () => {
    await storeKey(gateway, providerKey());
    upstream.reset();
    const ids: string[] = [];
    ids.push(idOf(await ask("byok")));
    ids.push(idOf(await ask("byok", { body: STREAM_BODY })));
    upstream.on("plain", failure(400, "no"));
    ids.push(idOf(await ask("byok")));
    upstream.on(isSession, PLAN_IS_FULL);
    ids.push(idOf(await ask("byok-overflow")));
    ids.push(idOf(await ask("byok", { headers: { "x-br-data-policy": "india_only" } })));
    const newest = await eventually(async () => {
      const page = (await events(gateway)).slice(0, ids.length);
      return page.every(({ finish }) => finish !== null) ? page : undefined;
    }, "the end of every call");
    assert.deepEqual(
      newest.map(({ id }) => id),
      ids.toReversed(),
    );
    assert.deepEqual(
      newest.map(({ status, mode, stream }) => [status, mode, stream]),
      [
        [403, "byok", false],
        [400, "byok-overflow", false],
        [400, "byok", false],
        [200, "byok", true],
        [200, "byok", false],
      ],
    );
    for (const event of newest) {
      assert.equal(event["key_id"], key.id);
      assert.equal(event["provider"], "anthropic");
      assert.equal(event["model"], "claude-opus-5-5");
      assert.ok(Number(event["duration_ms"]) > 0);
      assert.ok(
        Date.parse(String(event["started_at"])) <= Date.parse(String(event["finished_at"])),
      );
      assert.ok(isObject(event["tokens"]) && "cost" in event);
    }
    const answered = newest[4];
    assert.ok(isObject(answered?.["tokens"]));
    assert.deepEqual(
      { ...answered["tokens"] },
      { input_total: 15_512, input: 12, cache_read: 14_000, cache_write: 1_500, output: 42 },
    );
  });

  it("S0-34: is read by pages that neither lose nor repeat a call", async () => {
    for (let i = 0; i < 15; i += 1) await ask("byok", REQUESTS.count_tokens);
    const all: string[] = [];
    let older = "";
    for (;;) {
      const page = await me(gateway, key.secret, "GET", `/me/activity/events?limit=7${older}`);
      assert.equal(page.status, 200);
      const { events: rows, next_before: next } = page.body;
      assert.ok(Array.isArray(rows) && rows.length <= 7);
      all.push(...rows.filter(isObject).map(({ id }) => String(id)));
      if (typeof next !== "string") break;
      older = `&before=${next}`;
    }
    assert.equal(new Set(all).size, all.length);
    // Ids sort by time.
    assert.deepEqual(
      all,
      all.toSorted((a, b) => (a < b ? 1 : -1)),
    );
    assert.ok(all.length >= 15);
  });
});
