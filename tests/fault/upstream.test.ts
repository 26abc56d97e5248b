import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { deflateRawSync, gzipSync } from "node:zlib";
import type { Gateway } from "../upstream/gateway.ts";
import { encodeEvent, event, messageEvents, text } from "../upstream/messages.ts";
import { type RawScript, type RawUpstream, startRawUpstream, step } from "../upstream/raw.ts";
import { isObject } from "../upstream/request-kind.ts";
import {
  assertGatewayError,
  call,
  dechunk,
  events,
  eventually,
  explain,
  type Fields,
  finishedEvent,
  hasProc,
  idOf,
  MEBIBYTE,
  newestEvent,
  PLAIN_BODY,
  rssBytes,
  STREAM_BODY,
  sendRaw,
  startTestGateway,
} from "./rig.ts";

const SSE_HEAD =
  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
const EVENTS = messageEvents({ content: [text("x".repeat(120))] }, "claude-opus-5-5", "msg_1").map(
  encodeEvent,
);
const WHOLE = Buffer.concat(EVENTS);
const JSON_OK = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";

function chunk(bytes: Buffer | string): Buffer {
  const body = Buffer.from(bytes);
  return Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from("\r\n")]);
}

const LAST_CHUNK = "0\r\n\r\n";
const ask = [step.readHead, step.readBody] as const;

/** One gateway; each test gives its upstream another script. */
let upstream: RawUpstream;
let gateway: Gateway;
const scope = new AsyncDisposableStack();
let script: RawScript = [];
let firstConnection = 0;

function play(next: RawScript): void {
  script = next;
  firstConnection = upstream.connections.length;
}

/** Connections that the current script has seen. */
const seen = () => upstream.connections.slice(firstConnection);

/** The gateway has let go of every connection of the current script. */
async function allLeft(): Promise<void> {
  for (const connection of seen()) {
    await eventually(
      () => (connection.peerEnded ?? connection.closedAt) !== undefined || undefined,
      "the gateway closes its connection",
    );
  }
}

/** Requests on the wire of the current script, whatever the connection. */
function requestCount(): number {
  return seen().reduce(
    (sum, connection) =>
      sum +
      (connection
        .received()
        .toString("latin1")
        .match(/POST \/\S* HTTP\/1\.1\r\n/g)?.length ?? 0),
    0,
  );
}

before(async () => {
  upstream = scope.use(
    await startRawUpstream((number) =>
      typeof script === "function" ? script(number - firstConnection) : script,
    ),
  );
  gateway = scope.use(
    await startTestGateway(upstream.url, {
      config: "timeouts:\n  headers: 1s\n  idle: 1s\n  upstreamKeepAlive: 10s",
    }),
  );
});

after(() => scope.disposeAsync());

/** Leaves one kept-alive connection behind on which the gateway's next request goes; it then does `steps`. */
async function withReusedConnection(steps: RawScript): Promise<void> {
  play((number) =>
    number === 0
      ? [...ask, step.write(JSON_OK), ...(typeof steps === "function" ? steps(0) : steps)]
      : typeof steps === "function"
        ? steps(number)
        : steps,
  );
  // Idle connections of earlier tests would be used first.
  for (const connection of upstream.connections.slice(0, firstConnection)) {
    assert.ok(connection.closedAt !== undefined, "an earlier test left a connection open");
  }
  await call(gateway, { body: PLAIN_BODY });
  await sleep(30);
  assert.equal(seen().length, 1);
}

async function brokenStream(steps: RawScript): Promise<{
  readonly body: string;
  readonly ended: boolean;
  readonly record: Fields;
}> {
  play(steps);
  using client = await sendRaw(gateway, STREAM_BODY);
  assert.ok(await client.closedWithin(20_000), "the client's connection stays open");
  const { body, ended } = dechunk(client.text());
  return { body, ended, record: await finishedEvent(gateway, idOf(client.text())) };
}

describe("U-01: an upstream that breaks off", () => {
  it("U-01: a reset before any byte on a fresh connection is a 502, and not repeated", async () => {
    play([...ask, step.reset]);
    const answer = await call(gateway, { body: PLAIN_BODY });
    assertGatewayError(answer, 502, "upstream_reset");
    assert.equal(requestCount(), 1);
    const record = await finishedEvent(gateway, idOf(answer));
    assert.equal(record["finish"], "upstream_lost");
    assert.equal(record["error_code"], "upstream_reset");
    assert.equal(record["error_source"], "upstream");
    assert.equal(record["attempt_count"], 1);
  });

  for (const [name, way] of [
    ["reset", step.reset],
    ["close", step.end],
  ] as const) {
    it(`U-01: a ${name} before any byte on a kept-alive connection is repeated once, on a fresh one`, async () => {
      await withReusedConnection((number) =>
        number === 0 ? [...ask, way] : [...ask, step.write(JSON_OK), step.end],
      );
      const answer = await call(gateway, { body: PLAIN_BODY });
      assert.equal(answer.status, 200);
      assert.equal(seen().length, 2);
      assert.equal(requestCount(), 3);
      const record = await finishedEvent(gateway, idOf(answer));
      assert.equal(record["attempt_count"], 2);
      assert.equal(record["finish"], "complete");
      const { attempts } = await explain(gateway, idOf(answer));
      assert.ok(Array.isArray(attempts));
      assert.deepEqual(
        attempts.filter(isObject).map(({ outcome }) => outcome),
        ["retried", "ok"],
      );
    });
  }

  it("U-01: the repetition is not repeated", async () => {
    await withReusedConnection((number) =>
      number === 0 ? [...ask, step.reset] : [...ask, step.reset],
    );
    const answer = await call(gateway, { body: PLAIN_BODY });
    assertGatewayError(answer, 502, "upstream_reset");
    assert.equal(seen().length, 2);
    assert.equal(requestCount(), 3);
    assert.equal((await finishedEvent(gateway, idOf(answer)))["attempt_count"], 2);
  });

  for (const [name, bytes] of [
    ["half a status line", "HTTP/1.1 20"],
    ["an interim response", "HTTP/1.1 103 Early Hints\r\n\r\n"],
    ["a head", "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n"],
  ] as const) {
    it(`U-01: after ${name} on a kept-alive connection nothing is repeated`, async () => {
      await withReusedConnection((number) =>
        number === 0
          ? [...ask, step.write(bytes), step.wait(40), step.reset]
          : [...ask, step.write(JSON_OK), step.end],
      );
      using client = await sendRaw(gateway, PLAIN_BODY);
      await client.until((received) => received.includes("\r\n\r\n"));
      await sleep(50);
      assert.equal(requestCount(), 2, client.text());
    });
  }

  it("U-01: a large body that is repeated arrives whole again", async () => {
    const big = JSON.stringify({ model: "m", messages: "y".repeat(300_000) });
    await withReusedConnection((number) =>
      number === 0 ? [...ask, step.reset] : [...ask, step.write(JSON_OK), step.end],
    );
    const answer = await call(gateway, { body: big });
    assert.equal(answer.status, 200);
    const repeated = seen()[1]?.received().toString("latin1") ?? "";
    assert.ok(repeated.endsWith(big));
  });

  it("U-01: a reset after the head, before any event, never ends cleanly", async () => {
    const { body, ended, record } = await brokenStream([
      ...ask,
      step.write(SSE_HEAD),
      step.wait(50),
      step.reset,
    ]);
    assert.equal(ended, false);
    assert.match(body, /^(?:event: error\ndata: .*upstream_reset.*\n\n)?$/);
    assert.equal(record["finish"], "upstream_lost");
    assert.equal(record["usage_source"], "unknown");
    assert.equal(record["cost_nano_usd"], null);
  });

  it("U-01: a reset at an event boundary ends with an error event, and bills what was seen", async () => {
    const { body, ended, record } = await brokenStream([
      ...ask,
      step.write(SSE_HEAD),
      ...EVENTS.slice(0, 6).map((bytes) => step.write(chunk(bytes))),
      step.wait(50),
      step.reset,
    ]);
    const sent = Buffer.concat(EVENTS.slice(0, 6)).toString();
    assert.ok(body.startsWith(sent));
    assert.match(
      body.slice(sent.length),
      /^event: error\ndata: \{"type":"error",.*upstream_reset.*\n\n$/,
    );
    assert.equal(ended, false);
    assert.equal(record["finish"], "upstream_lost");
    assert.equal(record["error_code"], "upstream_reset");
    assert.equal(record["usage_source"], "estimated");
    assert.ok(isObject(record["tokens"]));
    assert.equal(record["tokens"]["input"], 12);
    assert.ok(Number(record["cost_nano_usd"]) > 0);
    assert.equal(requestCount(), 1);
  });

  it("U-01: a reset inside an event ends at once, with nothing added", async () => {
    const cut = WHOLE.subarray(0, WHOLE.length - 200);
    const { body, ended, record } = await brokenStream([
      ...ask,
      step.write(SSE_HEAD),
      step.write(chunk(cut)),
      step.wait(50),
      step.reset,
    ]);
    assert.equal(body, cut.toString());
    assert.equal(ended, false);
    assert.equal(record["finish"], "upstream_lost");
  });

  it("U-01: a clean close in the middle of a chunked stream is a break as well", async () => {
    const { ended, record } = await brokenStream([
      ...ask,
      step.write(SSE_HEAD),
      step.write(chunk(EVENTS[0] ?? "")),
      step.wait(50),
      step.end,
    ]);
    assert.equal(ended, false);
    assert.equal(record["finish"], "upstream_lost");
  });

  it("U-01: a reset after message_stop, before the end of the body, is still a break, billed in full", async () => {
    const { body, ended, record } = await brokenStream([
      ...ask,
      step.write(SSE_HEAD),
      step.write(chunk(WHOLE)),
      step.wait(50),
      step.reset,
    ]);
    assert.ok(body.startsWith(WHOLE.toString()));
    assert.equal(ended, false);
    assert.equal(record["usage_source"], "provider");
    assert.ok(isObject(record["tokens"]));
    assert.equal(record["tokens"]["output"], 42);
  });

  it("U-01: a JSON answer that is cut never looks whole", async () => {
    play([
      ...ask,
      step.write(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 90\r\n\r\n{",
      ),
      step.wait(50),
      step.end,
    ]);
    const answer = await call(gateway, { body: PLAIN_BODY });
    assert.equal(answer.complete, false);
    assert.equal(answer.body.toString(), "{");
    assert.equal((await finishedEvent(gateway, idOf(answer)))["finish"], "upstream_lost");
  });

  it("U-01: a cut stream to an HTTP/1.0 client ends in a reset, for it knows no other sign", async () => {
    play([
      ...ask,
      step.write(SSE_HEAD),
      step.write(chunk(EVENTS[0] ?? "")),
      step.wait(50),
      step.reset,
    ]);
    const { openRawClient } = await import("../upstream/raw-client.ts");
    using client = await openRawClient(gateway.port);
    client.send(
      `POST /v1/messages HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Length: ${STREAM_BODY.length}\r\n\r\n${STREAM_BODY}`,
    );
    assert.ok(await client.closedWithin(20_000));
    assert.equal(client.ended, "rst");
  });
});

describe("U-02: an upstream that stalls", () => {
  it("U-02: no head within the time is a 504", async () => {
    play([...ask, step.hang]);
    const startedAt = Date.now();
    const answer = await call(gateway, { body: STREAM_BODY });
    assertGatewayError(answer, 504, "upstream_headers_timeout");
    assert.ok(Date.now() - startedAt >= 900);
    await allLeft();
    const record = await finishedEvent(gateway, idOf(answer));
    assert.equal(record["finish"], "upstream_lost");
    assert.equal(record["error_code"], "upstream_headers_timeout");
  });

  it("U-02: silence inside a stream cuts it, with the reason at a boundary", async () => {
    const { body, ended, record } = await brokenStream([
      ...ask,
      step.write(SSE_HEAD),
      step.write(chunk(EVENTS[0] ?? "")),
      step.hang,
    ]);
    assert.match(body, /event: error\ndata: .*upstream_idle_timeout/);
    assert.equal(ended, false);
    assert.equal(record["error_code"], "upstream_idle_timeout");
  });

  it("U-02: a stream that only pings is not cut", async () => {
    const ping = chunk(encodeEvent(event("ping", {})));
    play([
      ...ask,
      step.write(SSE_HEAD),
      ...Array.from({ length: 5 }, () => [step.write(ping), step.wait(500)]).flat(),
      step.write(chunk(WHOLE)),
      step.write(LAST_CHUNK),
      step.end,
    ]);
    const answer = await call(gateway, { body: STREAM_BODY });
    assert.equal(answer.complete, true);
    assert.ok(answer.body.toString().endsWith(WHOLE.toString()));
  });

  it("U-02: what is accepted but never read is no answer either", async () => {
    play([step.stopReading, step.hang]);
    const answer = await call(gateway, { body: PLAIN_BODY });
    assert.equal(answer.status, 504);
  });
});

describe("U-06: usage that is nonsense", () => {
  const cases: readonly (readonly [string, string, Fields])[] = [
    ["negative", '{"input_tokens":-5,"output_tokens":-1}', {}],
    ["text", '{"input_tokens":"many","output_tokens":"1"}', {}],
    ["beyond all counting", '{"input_tokens":9223372036854775808,"output_tokens":1e999}', {}],
    ["fractions", '{"input_tokens":1.5,"output_tokens":0.1}', {}],
    ["missing", "null", {}],
    ["a list", "[1,2]", {}],
    ["deep", `{"input_tokens":1,"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`, {}],
    ["twice", '{"input_tokens":1,"input_tokens":7,"output_tokens":3}', {}],
    ["polluting", '{"__proto__":{"input_tokens":5},"constructor":1,"output_tokens":2}', {}],
  ];
  for (const [name, usage] of cases) {
    it(`U-06: ${name}: the bytes pass, the cost is never negative and never no number`, async () => {
      const body = [
        `event: message_start\ndata: {"type":"message_start","message":{"model":"claude-opus-5-5","usage":${usage}}}\n\n`,
        `event: message_delta\ndata: {"type":"message_delta","delta":{},"usage":${usage}}\n\n`,
        'event: message_stop\ndata: {"type":"message_stop"}\n\n',
      ].join("");
      play([
        ...ask,
        step.write(SSE_HEAD),
        step.write(chunk(body)),
        step.write(LAST_CHUNK),
        step.end,
      ]);
      const answer = await call(gateway, { body: STREAM_BODY });
      assert.equal(answer.body.toString(), body);
      assert.equal(answer.complete, true);
      const record = await finishedEvent(gateway, idOf(answer));
      const { cost_nano_usd: cost, tokens } = record;
      assert.ok(isObject(tokens));
      for (const count of Object.values(tokens)) {
        assert.ok(count === null || (Number.isSafeInteger(count) && Number(count) >= 0));
      }
      assert.ok(cost === null || Number(cost) >= 0, String(cost));
      if (!["missing", "a list", "twice", "deep", "polluting"].includes(name)) {
        assert.equal((await explain(gateway, idOf(answer)))["usage_suspect"], true, name);
      }
    });
  }

  for (const data of [
    "{",
    "not json",
    '{"type":"message_delta","usage":',
    "\u0000",
    "[[[",
    "1e999",
  ]) {
    it(`U-06: the data ${JSON.stringify(data)} passes, and the stream goes on`, async () => {
      const body = Buffer.concat([
        EVENTS[0] ?? Buffer.alloc(0),
        Buffer.from(`event: message_delta\ndata: ${data}\n\n`),
        ...EVENTS.slice(1),
      ]);
      play([
        ...ask,
        step.write(SSE_HEAD),
        step.write(chunk(body)),
        step.write(LAST_CHUNK),
        step.end,
      ]);
      const answer = await call(gateway, { body: STREAM_BODY });
      assert.deepEqual(answer.body, body);
      const record = await finishedEvent(gateway, idOf(answer));
      assert.ok(isObject(record["tokens"]));
      assert.equal(record["tokens"]["output"], 42);
    });
  }
});

describe("U-07: encoded answers", () => {
  function encodedAnswer(encoding: string, body: Buffer, length = body.length): RawScript {
    return [
      ...ask,
      step.write(
        `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${length}\r\n\r\n`,
      ),
      step.write(body),
      step.wait(20),
      step.end,
    ];
  }

  it("U-07: a stream is asked for without coding, other answers as the client wants them", async () => {
    play([...ask, step.write(JSON_OK), step.end]);
    await call(gateway, { body: STREAM_BODY, headers: { "accept-encoding": "gzip, br" } });
    await call(gateway, { body: PLAIN_BODY, headers: { "accept-encoding": "gzip, br" } });
    const [stream = "", plain = ""] = seen().map((connection) =>
      connection.received().toString("latin1"),
    );
    assert.match(stream, /^accept-encoding: identity\r$/im);
    assert.match(plain, /^accept-encoding: gzip, br\r$/im);
  });

  it("U-07: an answer that is encoded nevertheless passes untouched, and is read beside", async () => {
    const body = gzipSync(WHOLE);
    play(encodedAnswer("gzip", body));
    const answer = await call(gateway, { body: STREAM_BODY });
    assert.deepEqual(answer.body, body);
    assert.equal(answer.headers["content-encoding"], "gzip");
    const record = await finishedEvent(gateway, idOf(answer));
    assert.ok(isObject(record["tokens"]));
    assert.equal(record["tokens"]["output"], 42);
  });

  it("U-07: a bomb passes as the bytes it is, without being inflated whole", {
    skip: !hasProc,
  }, async () => {
    const bomb = gzipSync(Buffer.alloc(200 * MEBIBYTE), { level: 9 });
    play(encodedAnswer("gzip", bomb));
    const known = await rssBytes(gateway.pid);
    const answer = await call(gateway, { body: STREAM_BODY });
    assert.deepEqual(answer.body, bomb);
    assert.ok((await rssBytes(gateway.pid)) - known < 64 * MEBIBYTE);
    assert.equal((await finishedEvent(gateway, idOf(answer)))["usage_source"], "unknown");
  });

  for (const [name, encoding, body] of [
    ["50 stacked codings", Array.from({ length: 50 }, () => "gzip").join(", "), gzipSync(WHOLE)],
    ["an unknown coding", "rot13", WHOLE],
    ["a coding that was not used", "gzip", WHOLE],
    ["half of it", "gzip", gzipSync(WHOLE).subarray(0, 60)],
    ["another coding", "br", deflateRawSync(WHOLE)],
  ] as const) {
    it(`U-07: ${name}: the bytes pass, the usage is unknown`, async () => {
      play(encodedAnswer(encoding, body));
      const answer = await call(gateway, { body: STREAM_BODY });
      assert.deepEqual(answer.body, body);
      const record = await finishedEvent(gateway, idOf(answer));
      assert.notEqual(record["usage_source"], "provider");
      assert.equal(record["finish"], "complete");
    });
  }

  it("U-07: identity is claimed where gzip was used: the bytes pass", async () => {
    const body = gzipSync(WHOLE);
    play(encodedAnswer("identity", body));
    const answer = await call(gateway, { body: STREAM_BODY });
    assert.deepEqual(answer.body, body);
  });

  it("U-07: a length that is wrong never ends cleanly", async () => {
    play(encodedAnswer("gzip", gzipSync(WHOLE), 9_999));
    const answer = await call(gateway, { body: STREAM_BODY });
    assert.equal(answer.complete, false);
  });

  it("U-07: an encoded stream that breaks gets no plain event appended", async () => {
    const body = gzipSync(WHOLE).subarray(0, 100);
    play([
      ...ask,
      step.write(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n",
      ),
      step.write(chunk(body)),
      step.wait(50),
      step.reset,
    ]);
    const answer = await call(gateway, { body: STREAM_BODY });
    assert.equal(answer.complete, false);
    assert.deepEqual(answer.body, body);
  });
});

describe("U-08: odd statuses", () => {
  it("U-08: 16 interim responses are borne", async () => {
    play([...ask, step.interim(16), step.write(JSON_OK), step.end]);
    assert.equal((await call(gateway, { body: PLAIN_BODY })).status, 200);
  });

  it("U-08: 10,000 are a 502, and the connection is gone", async () => {
    play([...ask, step.interim(10_000), step.write(JSON_OK), step.hang]);
    const answer = await call(gateway, { body: PLAIN_BODY });
    assertGatewayError(answer, 502, "upstream_malformed");
    await allLeft();
  });

  it("U-08: an unasked-for 101 is a 502, never a tunnel", async () => {
    play([
      ...ask,
      step.write("HTTP/1.1 101 Switching Protocols\r\nupgrade: foo\r\nconnection: upgrade\r\n\r\n"),
      step.hang,
    ]);
    const answer = await call(gateway, {
      body: PLAIN_BODY,
      headers: { connection: "upgrade", upgrade: "foo" },
    });
    assert.equal(answer.status, 502);
    await allLeft();
    assert.doesNotMatch(seen()[0]?.received().toString("latin1") ?? "", /upgrade/i);
  });

  for (const status of [204, 304]) {
    it(`U-08: a ${status} with a body: the body is nobody's answer`, async () => {
      play([
        ...ask,
        step.write(`HTTP/1.1 ${status} X\r\ncontent-length: 4\r\n\r\nevil`),
        step.hang,
      ]);
      const answer = await call(gateway, { body: PLAIN_BODY });
      assert.equal(answer.status, status);
      assert.equal(answer.body.length, 0);
      await allLeft();
      play([...ask, step.write(JSON_OK), step.end]);
      assert.equal((await call(gateway, { body: PLAIN_BODY })).body.toString(), "{}");
    });
  }

  it("U-08: HTTP/0.9 is a 502", async () => {
    play([...ask, step.write("<html>hello</html>"), step.end]);
    const answer = await call(gateway, { body: PLAIN_BODY });
    assert.equal(answer.status, 502);
  });
});

describe("U-09: redirects", () => {
  for (const status of [301, 302, 303, 307, 308]) {
    it(`U-09: a ${status} is a 502, and no other origin hears of it`, async () => {
      await using sink = await startRawUpstream([step.hang]);
      for (const location of [
        `${sink.url}/v1/messages`,
        `http://[::ffff:127.0.0.1]:${sink.port}/`,
        "file:///etc/passwd",
        "/v1/messages",
      ]) {
        play([
          ...ask,
          step.write(
            `HTTP/1.1 ${status} Moved\r\nlocation: ${location}\r\ncontent-length: 0\r\n\r\n`,
          ),
          step.end,
        ]);
        const answer = await call(gateway, {
          body: PLAIN_BODY,
          headers: { "x-api-key": "sk-ant-api03-canary" },
        });
        assertGatewayError(answer, 502, "upstream_redirect");
        assert.equal(answer.headers.location, undefined);
        assert.equal(requestCount(), 1);
      }
      await sleep(30);
      assert.equal(sink.connections.length, 0);
    });
  }
});

describe("U-11: heads that are wrong", () => {
  for (const [name, bytes] of [
    [
      "70 KB in one field",
      `HTTP/1.1 200 OK\r\nx: ${"y".repeat(70_000)}\r\ncontent-length: 0\r\n\r\n`,
    ],
    ["two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nContent-Length: 5\r\n\r\nokabc"],
    [
      "a length and chunks",
      "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    ],
    ["a bare line feed in a value", "HTTP/1.1 200 OK\r\nx: a\n b\r\ncontent-length : 2\r\n\r\nok"],
    ["a negative length", "HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\nok"],
  ] as const) {
    it(`U-11: ${name}: a 502, and the connection is not used again`, async () => {
      play([...ask, step.write(bytes), step.hang]);
      const answer = await call(gateway, { body: PLAIN_BODY });
      assert.equal(answer.status, 502, answer.body.toString());
      assert.equal(answer.headers["x-spillway-error-source"], "gateway");
      await allLeft();
    });
  }

  it("U-11: 17 KB of fields pass", async () => {
    play([
      ...ask,
      step.write(
        `HTTP/1.1 200 OK\r\nx-long: ${"y".repeat(8_000)}\r\nx-long-2: ${"z".repeat(9_000)}\r\ncontent-length: 0\r\n\r\n`,
      ),
      step.end,
    ]);
    const { promise, resolve } = Promise.withResolvers<string>();
    using client = await sendRaw(gateway, PLAIN_BODY);
    await client.until((received) => received.includes("\r\n\r\n"));
    resolve(client.text());
    assert.match(await promise, /^HTTP\/1\.1 200 OK\r\nx-long: y{8000}\r\nx-long-2: z{9000}\r\n/);
  });

  it("U-11: 5,000 fields pass or are refused, and nothing hangs", async () => {
    const fields = Array.from({ length: 5_000 }, (_, i) => `x-${i}: 1\r\n`).join("");
    play([...ask, step.write(`HTTP/1.1 200 OK\r\n${fields}content-length: 0\r\n\r\n`), step.end]);
    using client = await sendRaw(gateway, PLAIN_BODY);
    assert.ok(await client.until((received) => received.includes("\r\n\r\n")));
    assert.match(client.text(), /^HTTP\/1\.1 (?:200|502) /);
  });

  it("U-11: no byte of a second, pipelined answer reaches anybody", async () => {
    play((number) =>
      number === 0
        ? [
            ...ask,
            step.write(`${JSON_OK}HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil`),
            step.hang,
          ]
        : [...ask, step.write(JSON_OK), step.end],
    );
    using client = await sendRaw(gateway, PLAIN_BODY);
    await client.until((received) => received.includes("{}"));
    await sleep(50);
    assert.doesNotMatch(client.text(), /evil/);
    assert.equal((await call(gateway, { body: PLAIN_BODY })).body.toString(), "{}");
    assert.equal(seen().length, 2);
  });
});

describe("U-10: an upstream's own refusal", () => {
  for (const value of ["7", "Sat, 21 Nov 2026 10:00:00 GMT", "-1", "1e9", "garbage"]) {
    it(`U-10: a 429 with retry-after ${value} passes as it is, and is not repeated`, async () => {
      const body = '{"type":"error","error":{"type":"rate_limit_error","message":"x"}}';
      play([
        ...ask,
        step.write(
          `HTTP/1.1 429 Too Many\r\nRetry-After: ${value}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
        ),
        step.end,
      ]);
      const answer = await call(gateway, { body: PLAIN_BODY });
      assert.equal(answer.status, 429);
      assert.equal(answer.reason, "Too Many");
      assert.equal(answer.headers["retry-after"], value);
      assert.equal(answer.body.toString(), body);
      assert.equal(answer.headers["x-spillway-error-source"], "upstream");
      assert.equal(requestCount(), 1);
    });
  }
});

describe("an upstream that is not there", () => {
  it("U-01: a refused connection is a 502 that says so, with a record", async () => {
    const dead = await startRawUpstream([]);
    await dead.close();
    await using lonely = await startTestGateway(dead.url);
    const known = await events(lonely);
    const answer = await call(lonely, { body: PLAIN_BODY });
    assertGatewayError(answer, 502, "upstream_unreachable");
    const record = await newestEvent(lonely, known);
    assert.equal(record["id"], idOf(answer));
    assert.equal(record["error_code"], "upstream_unreachable");
    assert.equal(Number(record["cost_nano_usd"]), 0);
  });
});
