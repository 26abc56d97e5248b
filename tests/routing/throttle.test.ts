import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import {
  call,
  dechunk,
  eventually,
  explain,
  type HttpAnswer,
  idOf,
  PLAIN_BODY,
  sendRaw,
  startTestGateway,
} from "../fault/rig.ts";
import {
  bearer,
  control,
  makeKey,
  me,
  providerKey,
  sessionToken,
  storeKey,
} from "../overflow/rig.ts";
import { failure, message, type Responder } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import { text } from "../upstream/messages.ts";
import { isObject } from "../upstream/request-kind.ts";

const scope = new AsyncDisposableStack();
after(() => scope.disposeAsync());

const HELLO = message({ content: [text("hello")] });

/** A gateway with limits in front of an upstream of its own. */
async function start(limits: string) {
  const upstream = scope.use(await startAnthropicUpstream());
  const gateway = scope.use(
    await startTestGateway(upstream.url, { config: `anthropic:\n  limits: ${limits}` }),
  );
  return { upstream, gateway };
}

type Gateway = Awaited<ReturnType<typeof start>>["gateway"];

/** Answers nobody until it is opened. */
function gate(): { readonly responder: Responder; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    responder: message({ content: [text("hello")] }, { beforeHead: promise }),
    open: () => resolve(),
  };
}

async function waiting(gateway: Gateway, count: number): Promise<void> {
  await eventually(
    async () => {
      const { text: page } = await me(gateway, undefined, "GET", "/metrics");
      return page.includes(`\nspillway_queue_length ${count}\n`) ? true : undefined;
    },
    `${count} requests that wait`,
    20_000,
  );
}

function errorOf(answer: HttpAnswer): string {
  const parsed: unknown = JSON.parse(answer.body.toString());
  assert.ok(isObject(parsed) && isObject(parsed["error"]), answer.body.toString());
  return String(parsed["error"]["message"]);
}

function assertRetryAfter(answer: HttpAnswer): void {
  const again = answer.headers["retry-after"] ?? "";
  assert.match(again, /^[0-9]+$/);
  assert.ok(Number(again) >= 1 && Number(again) <= 59, `retry-after: ${again}`);
  assert.equal(answer.headers["x-should-retry"], undefined);
}

/** Takes ten requests in any minute and refuses the others, as a provider would. */
function tenInMinute(upstream: AnthropicUpstream): { refused: number } {
  const seen: number[] = [];
  const counted = { refused: 0 };
  upstream.on(
    () => true,
    (request, serial) => {
      const now = performance.now();
      if (seen.filter((at) => at > now - 60_000).length >= 10) {
        counted.refused += 1;
        return failure(429, "ten a minute")(request, serial);
      }
      seen.push(now);
      return HELLO(request, serial);
    },
  );
  return counted;
}

/** The answer that takes what there was of a limit. */
function usedUpFor(ms: number): Responder {
  return message({ content: [text("hello")] }, {}, [
    "anthropic-ratelimit-requests-remaining",
    "0",
    "anthropic-ratelimit-requests-reset",
    new Date(Date.now() + ms).toISOString(),
  ]);
}

/** How the other dialects ask for a stream, what keeps it alive, and how it ends. */
const STREAMS = [
  {
    path: "/openai/v1/chat/completions",
    body: (model: string, messages: object) => ({ model, stream: true, messages }),
    ping: /^: ping\n\n/,
    end: /\[DONE\]/,
  },
  {
    path: "/openai/v1/responses",
    body: (model: string, input: object) => ({ model, stream: true, input }),
    ping: /^: ping\n\n/,
    end: /response\.completed/,
  },
  {
    path: "/v1beta/models/claude-opus-5-5:streamGenerateContent?alt=sse",
    body: () => ({ contents: [{ role: "user", parts: [{ text: "hello" }] }] }),
    ping: /^\r\ndata: /,
    end: /"finishReason":"STOP"/,
  },
] as const;

const headers = bearer(sessionToken());

describe("limits of an upstream", () => {
  it("S3-02: 50 at once at 10 a minute: ten are answered, the others told when to come again, none refused upstream", async () => {
    const { upstream, gateway } = await start("{ requestsPerMinute: 10 }");
    const upstreams = tenInMinute(upstream);
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => call(gateway, { headers, body: PLAIN_BODY })),
    );
    const answered = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 429);
    assert.equal(answered.length, 10);
    assert.equal(refused.length, 40);
    assert.equal(upstreams.refused, 0);
    assert.equal(upstream.requests.length, 10);
    for (const answer of refused) {
      assertRetryAfter(answer);
      assert.match(errorOf(answer), /\(upstream_busy\)/);
    }
    const { text: page } = await me(gateway, undefined, "GET", "/metrics");
    assert.match(page, /spillway_queue_refused_total\{provider="anthropic",reason="no_room"\} 40/);
  });

  it("S3-01, S3-33, S3-62: one developer's fan-out of 40 does not keep another waiting", async (t) => {
    const { upstream, gateway } = await start("{ concurrency: 2, wait: 2m }");
    await storeKey(gateway, providerKey());
    const [crowd, single] = [await makeKey(gateway), await makeKey(gateway)];
    const ask = async (key: string, name: string, session: string) =>
      await call(gateway, {
        headers: { "x-spillway-key": key, "x-claude-code-session-id": session, "x-who": name },
        body: PLAIN_BODY,
        timeoutMs: 60_000,
      });
    const { responder, open } = gate();
    upstream.on(() => true, responder);
    const many = Array.from({ length: 40 }, (_, i) => ask(crowd.secret, "crowd", `agent-${i}`));
    await waiting(gateway, 38);
    const few = Array.from({ length: 5 }, () => ask(single.secret, "single", "chat"));
    await waiting(gateway, 43);
    open();
    const answers = await Promise.all([...many, ...few]);
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    const asked = upstream.ofKind("plain");
    const order = asked.map((request) => request.headers("x-who")[0]);
    // Two went before anybody waited; then they take turns for as long as both wait.
    const turns = order.slice(2, 12);
    const share = turns.filter((name) => name === "single").length;
    t.diagnostic(
      `of the ten turns after the queue opened, single had ${share} and crowd ${10 - share}`,
    );
    t.diagnostic(`order: ${order.map((name) => (name === "single" ? "S" : "c")).join("")}`);
    assert.equal(share, 5);
    assert.equal(order.length, 45);
  });

  it("gives the place of a client that leaves to the next one, exactly once", async () => {
    const { upstream, gateway } = await start("{ concurrency: 1, wait: 2m }");
    const { responder, open } = gate();
    upstream.on(() => true, responder);
    const first = call(gateway, { headers, body: PLAIN_BODY });
    await eventually(() => upstream.requests[0], "the first request upstream");
    const fields = [`Authorization: ${headers.authorization}`];
    const leaving = await sendRaw(gateway, undefined, { fields });
    await waiting(gateway, 1);
    const last = call(gateway, { headers, body: PLAIN_BODY });
    await waiting(gateway, 2);
    leaving.reset();
    await waiting(gateway, 1);
    open();
    assert.equal((await first).status, 200);
    assert.equal((await last).status, 200);
    assert.equal(upstream.requests.length, 2);
    const status = await control(gateway, "GET", "/control/status");
    assert.deepEqual(status.body["queues"], []);
    assert.deepEqual(status.body["providers"], [
      {
        id: "anthropic",
        origin: upstream.url,
        limits: { concurrency: 1, requests_per_minute: null, tokens_per_minute: null },
      },
    ]);
  });

  it("gives the place back when the upstream breaks off, refuses, or its client leaves", async () => {
    const { upstream, gateway } = await start("{ concurrency: 1, wait: 2m }");
    upstream.queue(
      () => true,
      message({ content: [text("hello")] }, { breakBeforeHead: "reset" }),
      failure(500, "no"),
      message({ content: [text("hello")] }, { stallAfterBytes: 100 }),
    );
    assert.equal((await call(gateway, { headers, body: PLAIN_BODY })).status, 502);
    assert.equal((await call(gateway, { headers, body: PLAIN_BODY })).status, 500);
    const stalled = await sendRaw(gateway, undefined, {
      fields: [`Authorization: ${headers.authorization}`],
    });
    await eventually(() => (stalled.text().length > 200 ? true : undefined), "a part of a stream");
    const next = call(gateway, { headers, body: PLAIN_BODY });
    await waiting(gateway, 1);
    stalled.reset();
    assert.equal((await next).status, 200);
  });

  it("ends a wait with 429 in the client's own dialect", async () => {
    const { upstream, gateway } = await start("{ concurrency: 1, wait: 300ms, queue: 1 }");
    const { responder, open } = gate();
    upstream.on(() => true, responder);
    const first = call(gateway, { headers, body: PLAIN_BODY });
    await eventually(() => upstream.requests[0], "the first request upstream");
    const waited = call(gateway, {
      path: "/openai/v1/chat/completions",
      headers,
      body: JSON.stringify({
        model: "claude-opus-5-5",
        messages: [{ role: "user", content: "hello" }],
      }),
    });
    await waiting(gateway, 1);
    const full = await call(gateway, { headers, body: PLAIN_BODY });
    assert.equal(full.status, 429);
    assertRetryAfter(full);
    assert.match(errorOf(full), /as many requests as may wait are waiting/);
    const late = await waited;
    assert.equal(late.status, 429);
    assertRetryAfter(late);
    assert.match(errorOf(late), /none came free within 1 s/);
    assert.match(late.body.toString(), /"code":"upstream_busy"/);
    open();
    assert.equal((await first).status, 200);
  });

  it("holds back while the upstream says that its limit is used up", async () => {
    const { upstream, gateway } = await start("{ concurrency: 5, wait: 100ms }");
    upstream.queue(() => true, usedUpFor(40_000));
    assert.equal((await call(gateway, { headers, body: PLAIN_BODY })).status, 200);
    const second = await call(gateway, { headers, body: PLAIN_BODY });
    assert.equal(second.status, 429);
    const again = Number(second.headers["retry-after"]);
    assert.ok(again > 1 && again <= 41, `retry-after: ${again}`);
    assert.equal(upstream.requests.length, 1);
  });
});

/** They only wait, and can do so side by side. */
describe("a wait that is long for a client", { concurrency: true }, () => {
  it("S3-02, S3-56: what fits into the wait is answered late, and nobody sees an error", async () => {
    const { upstream, gateway } = await start("{ requestsPerMinute: 10, wait: 2m }");
    upstream.queue(() => true, usedUpFor(35_000));
    assert.equal((await call(gateway, { headers, body: PLAIN_BODY })).status, 200);
    const stream = await sendRaw(gateway, undefined, {
      fields: [`Authorization: ${headers.authorization}`],
    });
    const late = call(gateway, { headers, body: PLAIN_BODY, timeoutMs: 120_000 });
    assert.equal((await late).status, 200);
    await eventually(
      () => (stream.text().includes("message_stop") ? true : undefined),
      "the streamed answer",
      60_000,
    );
    const { body, ended } = dechunk(stream.text());
    assert.ok(ended);
    assert.match(body, /^(event: ping\ndata: \{"type": ?"ping"\}\n\n){3,}event: message_start/);
    stream.reset();
    const { route } = await explain(gateway, idOf(stream.text()));
    assert.ok(isObject(route), JSON.stringify(route));
    assert.match(String(route["short"]), /;queued=3[0-9]\d{3};got=200;answer$/);
  });

  it("tells a stream that was begun with pings of a refusal as an event, and breaks it off", async () => {
    const { upstream, gateway } = await start("{ concurrency: 1, wait: 2m }");
    const { responder, open } = gate();
    upstream.queue(() => true, responder, failure(400, "no such tool"));
    const first = call(gateway, { headers, body: PLAIN_BODY });
    await eventually(() => upstream.requests[0], "the first request upstream");
    const stream = await sendRaw(gateway, undefined, {
      fields: [`Authorization: ${headers.authorization}`],
    });
    await eventually(
      () => (stream.text().includes("event: ping") ? true : undefined),
      "a ping",
      60_000,
    );
    open();
    assert.equal((await first).status, 200);
    await eventually(() => (stream.text().includes("event: error") ? true : undefined), "an error");
    const { body, ended } = dechunk(stream.text());
    assert.match(body, /refused the request with 400: no such tool/);
    assert.equal(ended, false);
  });

  it("begins the stream of every dialect with its own pings, and goes on with the answer", async () => {
    const { upstream, gateway } = await start("{ concurrency: 1, wait: 2m }");
    const { responder, open } = gate();
    upstream.queue(() => true, responder);
    const first = call(gateway, { headers, body: PLAIN_BODY });
    await eventually(() => upstream.requests[0], "the first request upstream");
    const asked = [{ role: "user", content: "hello" }];
    const model = "claude-opus-5-5";
    const fields = [`Authorization: ${headers.authorization}`];
    const streams = await Promise.all(
      STREAMS.map(async ({ path, body }) =>
        sendRaw(gateway, JSON.stringify(body(model, asked)), { path, fields }),
      ),
    );
    await waiting(gateway, STREAMS.length);
    const begun = () => streams.every((stream) => /200 OK/.test(stream.text()));
    await eventually(() => (begun() ? true : undefined), "the streams' heads", 60_000);
    open();
    assert.equal((await first).status, 200);
    for (const [index, { ping, end, path }] of STREAMS.entries()) {
      const stream = streams[index];
      assert.ok(stream !== undefined);
      await eventually(() => (end.test(stream.text()) ? true : undefined), `the end of ${path}`);
      const { body } = dechunk(stream.text());
      assert.match(body, ping, path);
      assert.match(body, /hello|Hello/, path);
      stream.reset();
    }
  });
});
