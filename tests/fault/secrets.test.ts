import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { adjusted, bytes, failure, message, type Responder } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import { type Gateway, startGateway } from "../upstream/gateway.ts";
import { text } from "../upstream/messages.ts";
import { startRawUpstream, step } from "../upstream/raw.ts";
import type { RecordedRequest } from "../upstream/recorded-request.ts";
import { canary, filesBelow, leaksIn, leaksInFiles } from "./canaries.ts";
import {
  assertGatewayError,
  call,
  events,
  eventually,
  explain,
  PLAIN_BODY,
  STREAM_BODY,
  sendRaw,
  startTestGateway,
} from "./rig.ts";

/** One secret of each class; none may be found where it has no business. */
const SECRETS = {
  subscription: canary("sk-ant-oat01-"),
  apiKey: canary("sk-ant-api03-"),
  bearer: canary("corp-"),
  virtualKey: canary("spw-"),
  google: canary("AIza"),
  cookie: canary("session="),
  prompt: canary("prompt-"),
  answer: canary("answer-"),
  query: canary("query-"),
} as const;

function findLeaks(haystack: Buffer | string, names: readonly (keyof typeof SECRETS)[]) {
  return leaksIn(haystack, SECRETS, names);
}

const CONTROL = canary("session-");
const ALL = Object.keys(SECRETS).filter((name): name is keyof typeof SECRETS => name in SECRETS);

let upstream: AnthropicUpstream;
let gateway: Gateway;
const scope = new AsyncDisposableStack();

before(async () => {
  upstream = scope.use(await startAnthropicUpstream());
  gateway = scope.use(
    await startTestGateway(upstream.url, {
      config: "log:\n  level: trace\ntimeouts:\n  headers: 1s\n  idle: 1s",
    }),
  );
});

after(() => scope.disposeAsync());

beforeEach(() => upstream.reset());

/** An upstream that tells back, in an error, all that it was told. */
const echo: Responder = (request, serial) => {
  const told = JSON.stringify([request.rawHeaders, request.body.toString(), request.target]);
  return failure(400, `bad: ${told}`)(request, serial);
};

const OUTCOMES: readonly (readonly [string, Responder])[] = [
  ["an answer", message({ content: [text(SECRETS.answer)] })],
  ["a 401", failure(401, "no")],
  ["a 429", failure(429, "slow")],
  ["a 529", failure(529, "busy")],
  ["a redirect", bytes(307, "text/plain", [], ["Location", "http://127.0.0.1:9/"])],
  ["an echo", echo],
  ["a reset", adjusted(message({ content: [] }), { delivery: { breakBeforeHead: "reset" } })],
  ["a cut", message({ content: [text(SECRETS.answer)] }, { cutAfterBytes: 300 })],
];

function seenBy(request: RecordedRequest): string {
  return JSON.stringify([request.target, request.rawHeaders, request.body.toString("latin1")]);
}

describe("N-05: each credential has one destination", () => {
  for (const [name, responder] of OUTCOMES) {
    for (const path of ["/v1/messages", "/v1/files", "/some/other/path"]) {
      it(`N-05: ${path} ends in ${name}: only the caller's own Anthropic credentials go there`, async () => {
        upstream.on(() => true, responder);
        await call(gateway, {
          path,
          body: STREAM_BODY,
          headers: {
            authorization: `Bearer ${SECRETS.subscription}`,
            "x-api-key": SECRETS.apiKey,
            "x-goog-api-key": SECRETS.google,
            "proxy-authorization": `Basic ${SECRETS.bearer}`,
          },
        });
        assert.ok(upstream.requests.length >= 1);
        for (const seen of upstream.requests) {
          assert.equal(seen.header("authorization"), `Bearer ${SECRETS.subscription}`);
          assert.equal(seen.header("x-api-key"), SECRETS.apiKey);
          assert.deepEqual(findLeaks(seenBy(seen), ["google", "bearer"]), []);
        }
      });
    }
  }

  it("N-05: a bearer of another kind is the caller's own, and goes as it came", async () => {
    await call(gateway, {
      body: STREAM_BODY,
      headers: { authorization: `Bearer ${SECRETS.bearer}` },
    });
    assert.equal(upstream.requests[0]?.header("authorization"), `Bearer ${SECRETS.bearer}`);
  });

  for (const field of ["x-litellm-api-key", "x-portkey-api-key", "x-br-api-key", "x-bf-vk"]) {
    it(`N-05: what another gateway's key in ${field} is, nobody upstream hears`, async () => {
      const answer = await call(gateway, {
        body: STREAM_BODY,
        headers: {
          authorization: `Bearer ${SECRETS.subscription}`,
          [field]: SECRETS.bearer,
        },
      });
      assertGatewayError(answer, 401, "key_unknown");
      assert.equal(upstream.requests.length, 0);
    });
  }

  for (const [name, field] of [
    ["x-spillway-key", `x-spillway-key: ${SECRETS.virtualKey}`],
    ["a bearer", `Authorization: Bearer ${SECRETS.virtualKey}`],
    ["a bearer behind a tab", `Authorization: Bearer\t${SECRETS.virtualKey}`],
    ["a bare Authorization", `Authorization: ${SECRETS.virtualKey}`],
    ["x-api-key", `X-Api-Key: ${SECRETS.virtualKey}`],
    ["x-goog-api-key", `x-goog-api-key: ${SECRETS.virtualKey}`],
    ["x-br-api-key", `x-br-api-key: ${SECRETS.virtualKey}`],
    ["an underscore spelling", `x_api_key: ${SECRETS.virtualKey}`],
  ] as const) {
    for (const path of ["/v1/messages", "/v1/models", "/some/other/path"]) {
      it(`N-05: a Spillway key in ${name} never goes upstream from ${path}`, async () => {
        using client = await sendRaw(gateway, STREAM_BODY, {
          path,
          fields: [field, `anthropic-beta: x`],
        });
        assert.ok(await client.until((got) => got.includes("\r\n\r\n")));
        for (const seen of upstream.requests) {
          assert.deepEqual(findLeaks(seenBy(seen), ["virtualKey"]), []);
        }
        if (!field.startsWith("x_")) {
          assert.match(client.text(), /^HTTP\/1\.1 401 /);
          assert.match(client.text(), /x-should-retry: false/);
          assert.equal(upstream.requests.length, 0);
        }
      });
    }
  }

  it("N-05: beside a session token an unknown Spillway key is still refused", async () => {
    const answer = await call(gateway, {
      body: STREAM_BODY,
      headers: {
        "x-spillway-key": SECRETS.virtualKey,
        authorization: `Bearer ${SECRETS.subscription}`,
      },
    });
    assertGatewayError(answer, 401, "key_unknown");
    assert.equal(upstream.requests.length, 0);
  });
});

describe("N-01: a request cannot choose its upstream", () => {
  it("N-01: in body, fields or query, at any depth, nothing else hears of it", async () => {
    await using sink = await startRawUpstream([step.hang]);
    const names = [
      "api_base",
      "base_url",
      "baseURL",
      "proxy",
      "aws_bedrock_runtime_endpoint",
      "vertex_location",
      "api_key",
    ];
    const fields = Object.fromEntries(names.map((name) => [name, sink.url]));
    let nested: unknown = { ...fields, extra_headers: { "x-api-key": "k", host: "evil.test" } };
    for (let depth = 0; depth < 6; depth += 1) nested = { metadata: nested, ...fields };
    const body = JSON.stringify({ model: "m", stream: true, messages: [], ...Object(nested) });
    const query = names.map((name) => `${name}=${encodeURIComponent(sink.url)}`).join("&");
    const answer = await call(gateway, {
      path: `/v1/messages?${query}`,
      body,
      headers: {
        "x-api-base": sink.url,
        "x-base-url": sink.url,
        "x-spillway-upstream": sink.url,
        "x-upstream-url": sink.url,
        "x-forwarded-host": `127.0.0.1:${sink.port}`,
        "x-original-url": sink.url,
        forwarded: `host=127.0.0.1:${sink.port}`,
      },
    });
    assert.equal(answer.status, 200);
    assert.equal(upstream.requests[0]?.body.toString(), body);
    await sleep(50);
    assert.equal(sink.connections.length, 0);
  });
});

describe("N-04: the environment cannot choose a way out", () => {
  it("N-04: proxy variables are ignored unless egress.proxy says env", async () => {
    await using sink = await startRawUpstream([step.end]);
    await using proxied = await startTestGateway(upstream.url, {
      env: {
        HTTP_PROXY: sink.url,
        http_proxy: sink.url,
        HTTPS_PROXY: sink.url,
        https_proxy: sink.url,
        ALL_PROXY: sink.url,
        NODE_USE_ENV_PROXY: "0",
      },
    });
    assert.equal((await call(proxied, { body: STREAM_BODY })).status, 200);
    assert.equal(sink.connections.length, 0);
  });

  it("N-04: Alt-Svc of an answer is passed on and not followed", async () => {
    await using sink = await startRawUpstream([step.end]);
    upstream.on(
      "plain",
      bytes(200, "application/json", ["{}"], ["Alt-Svc", `http/1.1=":${sink.port}"`]),
    );
    for (let i = 0; i < 3; i += 1) {
      const answer = await call(gateway, { body: PLAIN_BODY });
      assert.equal(answer.headers["alt-svc"], `http/1.1=":${sink.port}"`);
    }
    assert.equal(sink.connections.length, 0);
  });
});

describe("L-01: secrets stay out of everything that is kept or told", () => {
  it("L-01: over every outcome: no log, no file, no metric, no report, no answer of the gateway", async () => {
    await using scene = await startGateway({
      upstreamUrl: upstream.url,
      config:
        "log:\n  level: trace\ntimeouts:\n  headers: 1s\n  idle: 1s\nlimits:\n  loopDelay: 30s\n",
    });
    const headers = {
      cookie: SECRETS.cookie,
      "x-goog-api-key": SECRETS.google,
      // Kept on purpose: shows that the search finds what is there.
      "x-claude-code-session-id": CONTROL,
    };
    const body = (stream: boolean) =>
      JSON.stringify({
        model: "claude-opus-5-5",
        stream,
        system: SECRETS.prompt,
        messages: [{ role: "user", content: SECRETS.prompt }],
        metadata: { user_id: SECRETS.prompt },
      });
    const carriers: readonly Readonly<Record<string, string>>[] = [
      { authorization: `Bearer ${SECRETS.subscription}` },
      { "x-api-key": SECRETS.apiKey },
      { authorization: `Bearer ${SECRETS.apiKey}` },
      { authorization: `Bearer ${SECRETS.bearer}` },
      { authorization: `Basic ${Buffer.from(`u:${SECRETS.bearer}`).toString("base64")}` },
      { "x-api-key": SECRETS.virtualKey },
      { "x-litellm-api-key": SECRETS.bearer },
      { "x-spillway-key": SECRETS.virtualKey, authorization: `Bearer ${SECRETS.subscription}` },
    ];
    const told: string[] = [];
    for (const [, responder] of OUTCOMES) {
      for (const carrier of carriers) {
        for (const path of ["/v1/messages", "/v1/messages/count_tokens", "/odd"]) {
          upstream.reset();
          upstream.on(() => true, responder);
          const answer = await call(scene, {
            path: `${path}?key=${SECRETS.query}`,
            body: body(path === "/v1/messages"),
            headers: { ...headers, ...carrier },
          });
          if (answer.headers["x-spillway-error-source"] === "gateway") {
            told.push(JSON.stringify(answer.rawHeaders), answer.body.toString());
          }
        }
      }
    }
    // Refusals of the listener and of the parser.
    for (const bytesOf of [
      `POST /v1/messages HTTP/1.1\r\nHost: ${SECRETS.apiKey}\r\n\r\n`,
      `POST /v1//${SECRETS.query} HTTP/1.1\r\nHost: localhost\r\nx-api-key: ${SECRETS.apiKey}\r\n\r\n`,
      `POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nx-api-key: ${SECRETS.apiKey}\r\nx-api-key: ${SECRETS.apiKey}\r\n\r\n`,
      `POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nx-api-key: ${SECRETS.apiKey}\r\nContent-Length: -1\r\n\r\n`,
      `GET /me/usage?by=${SECRETS.query} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
      `GET /me/activity/events?before=${SECRETS.query} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    ]) {
      const { exchangeRaw } = await import("../upstream/raw-client.ts");
      const { received } = await exchangeRaw(scene.port, bytesOf, { timeoutMs: 300 });
      told.push(received.replaceAll(/host [^ ]*\. Add/g, ""));
    }
    const records = await eventually(async () => {
      const all = await events(scene);
      return all.every(({ finish }) => finish !== null) ? all : undefined;
    }, "the end of every exchange");
    assert.ok(records.length >= 100);
    for (const record of records.slice(0, 60)) {
      told.push(JSON.stringify(await explain(scene, String(record["id"]))));
    }
    told.push(
      JSON.stringify(records),
      (await call(scene, { method: "GET", path: "/metrics" })).body.toString(),
      JSON.stringify(await scene.api("/me/quota")),
      JSON.stringify(await scene.api("/me/usage?by=model")),
    );
    assert.deepEqual(findLeaks(told.join("\n"), ALL), [], "in what was told");

    const kept = () => leaksInFiles([scene.dataDir, scene.home], SECRETS, ALL);
    assert.deepEqual(await kept(), [], "in files while running");
    assert.equal(await scene.stop(), 0);
    assert.deepEqual(await kept(), [], "in files afterwards");
    assert.ok(scene.stdout().split("\n").length > 100);
    assert.deepEqual(findLeaks(scene.stdout() + scene.stderr(), ALL), [], "in the log");
    assert.ok(scene.stdout().includes(CONTROL));
    const files = await Promise.all(
      (await filesBelow(scene.dataDir)).map((path) => readFile(path)),
    );
    assert.ok(files.some((file) => file.includes(CONTROL)));
  });
});
