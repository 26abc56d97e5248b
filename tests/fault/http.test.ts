import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { message } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { text } from "../upstream/messages.ts";
import { openRawClient, type RawClient } from "../upstream/raw-client.ts";
import { isObject } from "../upstream/request-kind.ts";
import {
  assertGatewayError,
  call,
  dechunk,
  events,
  eventually,
  finishedEvent,
  hasProc,
  idOf,
  openHandles,
  PLAIN_BODY,
  STREAM_BODY,
  sendRaw,
  startTestGateway,
} from "./rig.ts";

let upstream: AnthropicUpstream;
let gateway: Gateway;
const scope = new AsyncDisposableStack();

before(async () => {
  upstream = scope.use(await startAnthropicUpstream());
  gateway = scope.use(
    await startTestGateway(upstream.url, {
      config: "timeouts:\n  requestHeaders: 1s\n  uploadWindow: 1s\n  uploadBytesPerSecond: 1KB",
    }),
  );
});

after(() => scope.disposeAsync());

beforeEach(() => upstream.reset());

/** The statuses of all answers on a connection. */
function statuses(client: RawClient): number[] {
  return [...client.text().matchAll(/HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n/g)].map(([, code]) =>
    Number(code),
  );
}

async function refused(bytes: string, statusCodes: readonly number[] = [400]): Promise<void> {
  using client = await openRawClient(gateway.port);
  client.send(bytes);
  assert.ok(await client.closedWithin(20_000), `still open; got ${JSON.stringify(client.text())}`);
  const [status] = statuses(client);
  assert.ok(status !== undefined && statusCodes.includes(status), client.text());
  assert.equal(statuses(client).length, 1, client.text());
  assert.equal(upstream.requests.length, 0, "the upstream was asked");
}

const HOST = "Host: localhost\r\n";
const POST = `POST /v1/messages HTTP/1.1\r\n${HOST}`;
const CHUNKED = "Transfer-Encoding: chunked\r\n";

describe("H-01: framing that two servers may read differently", () => {
  const vectors: readonly (readonly [string, string])[] = [
    [
      "a length and chunks",
      `${POST}Content-Length: 5\r\n${CHUNKED}\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n${HOST}\r\n`,
    ],
    ["chunks and a length", `${POST}${CHUNKED}Content-Length: 5\r\n\r\n0\r\n\r\n`],
    ["two lengths", `${POST}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x`],
    ["two equal lengths", `${POST}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`],
    ["two lengths in one field", `${POST}Content-Length: 2, 2\r\n\r\n{}`],
    ["xchunked", `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ["chunked, identity", `${POST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
    ["gzip, chunked", `${POST}Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`],
    [
      "gzip and chunked in two fields",
      `${POST}Transfer-Encoding: gzip\r\n${CHUNKED}\r\n2\r\nhi\r\n0\r\n\r\n`,
    ],
    [
      "gzip between two chunked fields",
      `${POST}${CHUNKED}Transfer-Encoding: gzip\r\n${CHUNKED}\r\n2\r\nhi\r\n0\r\n\r\n`,
    ],
    ["identity", `${POST}Transfer-Encoding: identity\r\n\r\n0\r\n\r\n`],
    ["a folded Transfer-Encoding", `${POST}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`],
    ["a space before the colon", `${POST}Content-Length : 2\r\n\r\n{}`],
    [
      "a space before the colon of Transfer-Encoding",
      `${POST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`,
    ],
    ["bare line feeds", `POST /v1/messages HTTP/1.1\nHost: localhost\nContent-Length: 2\n\n{}`],
    ["a bare carriage return in a value", `${POST}X-A: a\rb\r\nContent-Length: 2\r\n\r\n{}`],
    ["a NUL in a value", `${POST}X-A: a\u0000b\r\nContent-Length: 2\r\n\r\n{}`],
    ["a negative length", `${POST}Content-Length: -1\r\n\r\n`],
    ["a signed length", `${POST}Content-Length: +2\r\n\r\n{}`],
    ["a hexadecimal length", `${POST}Content-Length: 0x2\r\n\r\n{}`],
    ["a length beyond 64 bits", `${POST}Content-Length: 99999999999999999999\r\n\r\n{}`],
    ["no Host", "POST /v1/messages HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"],
    ["a folded field", `${POST}X-A: a\r\n b\r\nContent-Length: 2\r\n\r\n{}`],
    ["a line before the request line", `X-A: b\r\n${POST}Content-Length: 2\r\n\r\n{}`],
    ["a tab in a field name", `${POST}X\tA: b\r\nContent-Length: 2\r\n\r\n{}`],
    [
      "another protocol version",
      `POST /v1/messages HTTP/1.2\r\n${HOST}Content-Length: 2\r\n\r\n{}`,
    ],
    ["HTTP/2 in clear text", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["TLS", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003"],
    ["garbage", "\u0000\u0001\u0002\r\n\r\n"],
  ];
  for (const [name, bytes] of vectors) {
    it(`H-01: ${name}: refused and closed, the upstream is not asked`, async () => {
      await refused(bytes, [400, 505]);
    });
  }

  for (const [name, chunks] of [
    ["a chunk size that overflows", "FFFFFFFFFFFFFFFFFF\r\nx\r\n0\r\n\r\n"],
    ["a negative chunk size", "-1\r\nx\r\n0\r\n\r\n"],
    ["a chunk size with a sign", "+1\r\nx\r\n0\r\n\r\n"],
    ["a bare line feed after the size", "1\nx\r\n0\r\n\r\n"],
    ["a bare line feed in an extension", "1;a\nb\r\nx\r\n0\r\n\r\n"],
    ["more data than the size says", "1\r\nxyz\r\n0\r\n\r\n"],
    ["a space before the size", " 1\r\nx\r\n0\r\n\r\n"],
  ] as const) {
    it(`H-01: ${name}: refused and closed, the upstream is not asked`, async () => {
      await refused(`${POST}${CHUNKED}\r\n${chunks}`);
    });
  }

  it("H-01: a request smuggled behind a body without a length is a request of its own", async () => {
    using client = await openRawClient(gateway.port);
    client.send(
      `POST /v1/messages HTTP/1.1\r\n${HOST}\r\nGET /v1/models HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
    );
    assert.ok(await client.closedWithin(20_000));
    assert.deepEqual(
      upstream.requests
        .map(({ method, target, body }) => `${method} ${target} ${body.length}`)
        .toSorted(),
      ["GET /v1/models 0", "POST /v1/messages 0"],
    );
  });

  it("H-01: trailers end at the gateway", async () => {
    using client = await openRawClient(gateway.port);
    client.send(
      `${POST}${CHUNKED}Trailer: X-Api-Key\r\nConnection: close\r\n\r\n2\r\n{}\r\n0\r\nX-Api-Key: k\r\nHost: evil.test\r\n\r\n`,
    );
    assert.ok(await client.closedWithin(20_000));
    const [seen] = upstream.requests;
    assert.equal(seen?.body.toString(), "{}");
    assert.equal(seen.header("x-api-key"), undefined);
    assert.equal(seen.header("trailer"), undefined);
  });

  it("H-01: garbage behind a whole request is refused and does not reach its answer", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    upstream.queue(
      "plain",
      message({ content: [text("z".repeat(900))] }, { stallAfterBytes: 500, resume: promise }),
    );
    using client = await sendRaw(gateway);
    assert.ok(await client.until((got) => got.includes("message_start")));
    client.send("\u0000garbage\r\n\r\n");
    await sleep(50);
    resolve();
    assert.ok(await client.closedWithin(20_000));
    assert.doesNotMatch(dechunk(client.text()).body, /HTTP\/1\.1/);
    assert.equal(statuses(client).length, 1, client.text());
    await eventually(() => upstream.requests[0]?.closedAt, "the end upstream");
  });

  it("H-01: a refused connection is let go of even if the client keeps its side open", {
    skip: !hasProc,
  }, async () => {
    const known = await openHandles(gateway.pid);
    const clients = await Promise.all(
      Array.from({ length: 20 }, () => openRawClient(gateway.port)),
    );
    for (const client of clients) client.send(`${POST}Content-Length: -1\r\n\r\n`);
    for (const client of clients) assert.ok(await client.closedWithin(20_000));
    await eventually(
      async () => ((await openHandles(gateway.pid)) <= known + 2 ? true : undefined),
      "the handles are given back",
      3_000,
    );
    for (const client of clients) client[Symbol.dispose]();
  });
});

describe("H-02: HTTP/1.0", () => {
  it("H-02: with Transfer-Encoding it is refused before anything is done", async () => {
    const known = await events(gateway);
    await refused(`POST /v1/messages HTTP/1.0\r\n${HOST}${CHUNKED}\r\n2\r\n{}\r\n0\r\n\r\n`);
    assert.equal((await events(gateway)).length, known.length);
  });

  it("H-02: without it, it is served and closed", async () => {
    using client = await openRawClient(gateway.port);
    client.send(
      `POST /v1/messages HTTP/1.0\r\n${HOST}Content-Length: ${PLAIN_BODY.length}\r\n\r\n${PLAIN_BODY}`,
    );
    assert.ok(await client.closedWithin(20_000));
    assert.match(client.text(), /^HTTP\/1\.[01] 200 /);
    assert.doesNotMatch(client.text(), /transfer-encoding/i);
  });
});

describe("H-03: refusals while the body is still arriving", () => {
  for (const [name, fields, status] of [
    ["an unknown key", "x-api-key: spw-unknown\r\n", 401],
    ["a foreign origin", "Origin: http://evil.test\r\n", 403],
    ["two credentials", "x-api-key: a\r\nX-Api-Key: b\r\n", 400],
  ] as const) {
    it(`H-03: ${name}: the answer arrives, and no byte of the body is a request`, async () => {
      using client = await openRawClient(gateway.port);
      const smuggled = `GET /v1/models HTTP/1.1\r\n${HOST}\r\n`;
      client.send(`${POST}${fields}Content-Length: 1000000\r\n\r\n`);
      client.send(smuggled.repeat(500));
      assert.ok(await client.until((got) => got.includes("\r\n\r\n")), "no answer");
      assert.ok(await client.closedWithin(20_000), "not closed");
      assert.deepEqual(statuses(client), [status]);
      assert.match(client.text(), /connection: close/i);
      assert.equal(upstream.requests.length, 0);
    });

    it(`H-03: ${name}: a body that has arrived is left behind, and the next request is served`, async () => {
      using client = await openRawClient(gateway.port);
      client.send(
        `${POST}${fields}Content-Length: 2\r\n\r\n{}GET /health HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`,
      );
      assert.ok(await client.closedWithin(20_000));
      const [first, second] = statuses(client);
      assert.equal(first, status);
      assert.ok(second === undefined || second === 200);
      assert.equal(upstream.requests.length, 0);
    });
  }

  it("H-03: the client of a large upload gets to see the refusal", async () => {
    for (let i = 0; i < 5; i += 1) {
      const answer = await call(gateway, {
        body: Buffer.alloc(200_000),
        headers: { "x-api-key": "spw-unknown" },
      });
      assertGatewayError(answer, 401, "key_unknown");
    }
  });
});

describe("H-04: hop-by-hop tricks", () => {
  it("H-04: Connection cannot strip a credential, Upgrade is no tunnel", async () => {
    using client = await sendRaw(gateway, STREAM_BODY, {
      fields: [
        "Connection: upgrade, x-api-key, authorization, anthropic-beta",
        "Upgrade: websocket",
        "x-api-key: sk-ant-api03-k",
        "Authorization: Bearer sk-ant-oat01-t",
        "anthropic-beta: b",
      ],
    });
    assert.ok(await client.until((got) => got.includes("message_stop")));
    const [seen] = upstream.requests;
    assert.equal(seen?.header("x-api-key"), "sk-ant-api03-k");
    assert.equal(seen.header("authorization"), "Bearer sk-ant-oat01-t");
    assert.equal(seen.header("anthropic-beta"), "b");
    assert.equal(seen.header("upgrade"), undefined);
  });

  it("H-04: CONNECT is no tunnel either", async () => {
    using client = await openRawClient(gateway.port);
    client.send("CONNECT evil.test:443 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await client.closedWithin(2_000);
    assert.doesNotMatch(client.text(), /^HTTP\/1\.1 2/);
    assert.equal(upstream.requests.length, 0);
  });
});

describe("H-05: more than one credential", () => {
  for (const [name, fields] of [
    [
      "Authorization twice",
      ["Authorization: Bearer sk-ant-oat01-a", "Authorization: Bearer sk-ant-oat01-b"],
    ],
    ["Authorization twice, equal", ["Authorization: Bearer a", "authorization: Bearer a"]],
    ["x-api-key twice", ["x-api-key: sk-ant-api03-a", "X-API-KEY: sk-ant-api03-b"]],
    ["two Spillway keys", ["x-api-key: spw-a", "Authorization: Bearer spw-b"]],
  ] as const) {
    it(`H-05: ${name}: 400 ambiguous_credentials`, async () => {
      using client = await sendRaw(gateway, STREAM_BODY, { fields });
      assert.ok(await client.until((got) => got.includes("ambiguous_credentials")));
      assert.deepEqual(statuses(client), [400]);
      assert.match(client.text(), /x-should-retry: false/);
      assert.equal(upstream.requests.length, 0);
    });
  }

  it("H-05: one value in both fields, or two Anthropic credentials, are passed on", async () => {
    await call(gateway, {
      body: STREAM_BODY,
      headers: { authorization: "Bearer sk-ant-api03-a", "x-api-key": "sk-ant-api03-a" },
    });
    await call(gateway, {
      body: STREAM_BODY,
      headers: { authorization: "Bearer sk-ant-oat01-a", "x-api-key": "sk-ant-api03-b" },
    });
    assert.deepEqual(
      upstream.requests.map((seen) => [seen.header("authorization"), seen.header("x-api-key")]),
      [
        ["Bearer sk-ant-api03-a", "sk-ant-api03-a"],
        ["Bearer sk-ant-oat01-a", "sk-ant-api03-b"],
      ],
    );
  });

  it("H-05: underscore spellings are ignored and not forwarded", async () => {
    await call(gateway, { body: STREAM_BODY, headers: { X_Api_Key: "spw-x", "x-api_key": "k" } });
    const [seen] = upstream.requests;
    assert.doesNotMatch(seen?.rawHeaders.join() ?? "api_key", /api_key/i);
  });
});

describe("H-06: Host and target", () => {
  for (const [name, bytes, codes] of [
    ["two Hosts", `GET /v1/models HTTP/1.1\r\n${HOST}Host: evil.test\r\n\r\n`, [400]],
    ["two equal Hosts", `GET /v1/models HTTP/1.1\r\n${HOST}${HOST}\r\n`, [400]],
    ["another host", "GET /v1/models HTTP/1.1\r\nHost: evil.test\r\n\r\n", [403]],
    ["userinfo", "GET /v1/models HTTP/1.1\r\nHost: localhost@evil.test\r\n\r\n", [403]],
    ["an absolute target", `GET http://evil.test/v1/models HTTP/1.1\r\n${HOST}\r\n`, [400]],
    ["our own absolute target", `GET http://localhost/v1/models HTTP/1.1\r\n${HOST}\r\n`, [400]],
    ["an asterisk", `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ] as const) {
    it(`H-06: ${name}: refused, the upstream is not asked`, async () => {
      using client = await openRawClient(gateway.port);
      client.send(bytes);
      assert.ok(await client.until((got) => got.includes("\r\n\r\n")));
      assert.ok(
        codes.some((code) => code === statuses(client)[0]),
        client.text(),
      );
      assert.equal(upstream.requests.length, 0);
    });
  }

  it("H-06: forwarded fields are told on, and change nothing here", async () => {
    const fields = {
      "x-forwarded-host": "evil.test",
      "x-forwarded-for": "9.9.9.9",
      forwarded: "for=9.9.9.9",
    };
    const answer = await call(gateway, { body: STREAM_BODY, headers: fields });
    assert.equal(answer.status, 200);
    assert.notEqual(upstream.requests[0]?.header("host"), "evil.test");
  });
});

describe("H-07: slow clients", () => {
  it("H-07: are cut in head and body, while others are served", async () => {
    const heads = await Promise.all(Array.from({ length: 50 }, () => openRawClient(gateway.port)));
    const bodies = await Promise.all(Array.from({ length: 50 }, () => openRawClient(gateway.port)));
    for (const client of heads) client.send("POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nX-");
    for (const client of bodies) client.send(`${POST}Content-Length: 1000\r\n\r\n{`);
    const drip = setInterval(() => {
      for (const client of [...heads, ...bodies]) if (client.ended === undefined) client.send("a");
    }, 100);
    try {
      for (let i = 0; i < 10; i += 1) {
        assert.equal((await call(gateway, { body: STREAM_BODY, timeoutMs: 20_000 })).status, 200);
      }
      for (const client of [...heads, ...bodies]) {
        assert.ok(await client.closedWithin(20_000), client.text());
      }
    } finally {
      clearInterval(drip);
    }
    assert.equal(upstream.requests.length, 10);
    assert.ok(heads.every((client) => statuses(client)[0] === 408));
    const answered = bodies.filter((client) => statuses(client)[0] === 408);
    assert.ok(
      answered.length === bodies.length,
      `${answered.length} of ${bodies.length} got a 408`,
    );
    assert.match(answered[0]?.text() ?? "", /upload_too_slow/);
    for (const client of [...heads, ...bodies]) client[Symbol.dispose]();
  });

  it("H-07: a slow upload that streams through is the client's fault on record", async () => {
    const known = await events(gateway);
    using client = await openRawClient(gateway.port);
    client.send(`POST /v1/files HTTP/1.1\r\n${HOST}Content-Length: 1000\r\n\r\n{`);
    assert.ok(await client.closedWithin(20_000));
    assert.equal(statuses(client)[0], 408, client.text());
    const record = await eventually(
      async () =>
        (await events(gateway)).find(
          ({ id, finish }) => finish !== null && !known.some((event) => event["id"] === id),
        ),
      "a record",
    );
    assert.equal(record["error_source"], "client");
    assert.equal(record["finish"], "client_gone");
    await eventually(() => upstream.requests[0]?.closedAt, "the upstream's close");
  });

  it("H-07: a slow but steady upload above the limit is borne", async () => {
    using client = await openRawClient(gateway.port);
    const body = Buffer.from(STREAM_BODY + " ".repeat(10_000));
    client.send(`${POST}Content-Length: ${body.length}\r\n\r\n`);
    for (let at = 0; at < body.length; at += 1_000) {
      client.send(body.subarray(at, at + 1_000));
      await sleep(200);
    }
    assert.ok(await client.until((got) => got.includes("message_stop")), client.text());
  });
});

describe("H-08: too much head", () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => `X-F${i}: 1`);

  it("H-08: 100 fields pass, the credential last", async () => {
    // Host and Content-Length are fields too.
    using client = await sendRaw(gateway, STREAM_BODY, {
      fields: [...many(97), "Authorization: Bearer sk-ant-oat01-last"],
    });
    assert.ok(await client.until((got) => got.includes("message_stop")), client.text());
    assert.equal(upstream.requests[0]?.header("authorization"), "Bearer sk-ant-oat01-last");
  });

  for (const count of [99, 1_024, 2_501]) {
    it(`H-08: ${count + 3} fields, the credential last: 431, never a silent drop`, async () => {
      const fields = Array.from({ length: count }, () => "A:1");
      using client = await sendRaw(gateway, STREAM_BODY, {
        fields: [...fields, "Authorization: Bearer sk-ant-oat01-last"],
      });
      assert.ok(await client.until((got) => got.includes("\r\n\r\n")));
      assert.deepEqual(statuses(client), [431]);
      assert.equal(upstream.requests.length, 0);
    });
  }

  it("H-08: more than 16 KB of fields: 431", async () => {
    await refused(`${POST}X-Big: ${"x".repeat(17_000)}\r\n\r\n`, [431]);
  });

  it("H-08: a target of more than 8 KB: 400", async () => {
    using client = await openRawClient(gateway.port);
    client.send(`GET /${"x".repeat(8_200)} HTTP/1.1\r\n${HOST}\r\n`);
    assert.ok(await client.until((got) => got.includes("bad_request_target")));
    assert.equal(statuses(client)[0], 400);
    assert.equal(upstream.requests.length, 0);
  });
});

describe("H-09: path tricks", () => {
  for (const path of [
    "//v1/messages",
    "/v1//messages",
    "/v1/../me/usage",
    "/./me/usage",
    "/v1/%2e%2e/me/usage",
    "/v1/..%2fme/usage",
    "/v1/%2e%2e%2fme/usage",
    "/v1/..;/me/usage",
    "/v1\\me",
    "/v1/%5c..%5cme",
    "/v1/me%00",
    "/anthropic/../me/usage",
    "/anthropic//v1/messages",
  ]) {
    it(`H-09: ${path}: 400`, async () => {
      using client = await openRawClient(gateway.port);
      client.send(`GET ${path} HTTP/1.1\r\n${HOST}\r\n`);
      assert.ok(await client.until((got) => got.includes("\r\n\r\n")));
      assert.equal(statuses(client)[0], 400, client.text());
      assert.equal(upstream.requests.length, 0);
    });
  }

  it("H-09: raw bytes above ASCII and control characters are refused, or passed as they are", async () => {
    for (const path of ["/v1/\u00ef\u00bc\u008f", "/v1/\u0001", "/v1/a b"]) {
      upstream.reset();
      using client = await openRawClient(gateway.port);
      client.send(`GET ${path} HTTP/1.1\r\n${HOST}\r\n`);
      assert.ok(await client.until((got) => got.includes("\r\n\r\n")));
      const [seen] = upstream.requests;
      if (seen === undefined) assert.equal(statuses(client)[0], 400);
      else assert.equal(seen.target, path);
    }
  });

  it("H-09: spellings that are not ours are the upstream's, in its own words", async () => {
    for (const path of ["/ME/usage", "/Health", "/metrics.", "/me;x", "/healthz", "/me%2fusage"]) {
      upstream.reset();
      await call(gateway, { method: "GET", path });
      assert.equal(upstream.requests[0]?.target, path);
    }
  });

  it("H-09: what is below /me and unknown is a 404 of ours", async () => {
    const answer = await call(gateway, { method: "GET", path: "/me/secrets" });
    assertGatewayError(answer, 404, "not_found");
    assert.equal(upstream.requests.length, 0);
  });

  it("H-09: what the owner's socket tells is not told on the data port", async () => {
    for (const path of ["/control/status", "/control/exchanges/spx_1"]) {
      upstream.reset();
      const answer = await call(gateway, { method: "GET", path });
      assert.equal(answer.status, 404);
      assert.equal(upstream.requests[0]?.target, path);
    }
  });

  it("H-09: the own endpoints answer GET and HEAD only", async () => {
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      const answer = await call(gateway, { method, path: "/me/usage" });
      assertGatewayError(answer, 405, "method_not_allowed");
    }
    assert.equal((await call(gateway, { method: "HEAD", path: "/health" })).status, 200);
  });
});

describe("H-10: prototype tricks", () => {
  it("H-10: in fields, bodies, queries and metadata they stay inert", async () => {
    using client = await sendRaw(
      gateway,
      '{"model":"m","stream":true,"__proto__":{"stream":false},"constructor":{"prototype":{"polluted":1}},"metadata":{"__proto__":{"user_id":"x"}}}',
      {
        path: "/v1/messages?__proto__[polluted]=1&constructor.prototype.polluted=1",
        fields: [
          "__proto__: polluted",
          "constructor: x",
          "prototype: y",
          "x-claude-code-session-id: __proto__",
          "User-Agent: __proto__/1.0",
        ],
      },
    );
    assert.ok(await client.until((got) => got.includes("message_stop")), client.text());
    const record = await finishedEvent(gateway, idOf(client.text()));
    assert.equal(record["session_id"], "__proto__");
    assert.equal(record["client"], "__proto__");
    assert.equal(upstream.requests[0]?.header("__proto__"), "polluted");
    for (const path of [
      "/me/usage?__proto__[x]=1&by=session",
      "/me/usage?by=__proto__",
      "/me/activity?constructor=1",
      "/me/activity/events?session=__proto__",
    ]) {
      const answer = await call(gateway, { method: "GET", path });
      assert.ok([200, 400].includes(answer.status), path);
      const parsed: unknown = JSON.parse(answer.body.toString());
      assert.ok(isObject(parsed) && !("polluted" in parsed));
    }
  });
});

describe("H-12: report parameters", () => {
  for (const path of [
    "/me/activity/events?limit=0",
    "/me/activity/events?limit=201",
    "/me/activity/events?limit=1e9",
    "/me/activity/events?before='%20OR%201=1--",
    "/me/activity/events?before=spx_%25%25%25",
    "/me/usage?from='",
    "/me/usage?by=$where",
    "/me/usage?from=2000-01-01",
  ]) {
    it(`H-12: ${path}: 400`, async () => {
      assertGatewayError(await call(gateway, { method: "GET", path }), 400, "invalid_parameter");
    });
  }

  it("H-12: a session is bound, never spliced", async () => {
    for (const session of ["' OR 1=1 --", "%", "%%%%%%%%", "\u0000", "😀"]) {
      const page = await gateway.api(`/me/activity/events?session=${encodeURIComponent(session)}`);
      assert.ok(isObject(page));
      assert.deepEqual(page["events"], []);
    }
  });
});

describe("H-14: log injection", () => {
  it("H-14: every event is one JSON line, with its values escaped and cut", async () => {
    const hostile = [
      'User-Agent: x","level":"error","msg":"forged',
      "x-claude-code-session-id: \u009b31mred",
      `x-claude-code-agent-id: ${"a".repeat(9_000)}`,
      "x-claude-code-request-class: </script><script>alert(1)</script>",
      "x-claude-code-prompt-id: \u00e2\u0080\u00ae\u0085",
    ];
    const known = gateway.stdout().length;
    using client = await sendRaw(
      gateway,
      JSON.stringify({
        model: `m"}\n{"event":"forged"}\r\n\u2028\u0000${"x".repeat(100_000)}`,
        stream: true,
      }),
      { fields: hostile },
    );
    assert.ok(await client.until((got) => got.includes("message_stop")), client.text());
    const id = idOf(client.text());
    await finishedEvent(gateway, id);
    await eventually(
      () => (gateway.stdout().slice(known).includes(id) ? true : undefined),
      "a line",
    );
    const fresh = gateway.stdout().slice(known);
    const lines = fresh.split("\n").filter((line) => line !== "");
    const parsed = lines.map((line): unknown => JSON.parse(line));
    const mine = parsed.filter(isObject).filter((line) => line["id"] === id);
    assert.equal(mine.length, 1);
    assert.equal(mine[0]?.["event"], "exchange.finished");
    assert.ok(parsed.filter(isObject).every((line) => line["event"] !== "forged"));
    assert.ok(lines.every((line) => line.length < 20_000));
    assert.doesNotMatch(fresh, /[\u0000-\u0009\u000b-\u001f]/);
    const record = await finishedEvent(gateway, id);
    assert.ok(String(record["model"]).length <= 4_096, "the model is kept at any length");
  });
});
