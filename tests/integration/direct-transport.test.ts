import assert from "node:assert/strict";
import { createServer } from "node:net";
import { Readable } from "node:stream";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { UpstreamRequest } from "../../src/upstream/transport/contract.ts";
import { DirectTransport, type TransportOptions } from "../../src/upstream/transport/direct.ts";
import { type RawScript, startRawUpstream, step } from "../upstream/raw.ts";
import { Collector, GET, OK, OPTIONS, SERVE, settled } from "./collector.ts";

async function open(script: RawScript, options: Partial<TransportOptions> = {}) {
  const upstream = await startRawUpstream(script);
  const transport = new DirectTransport(upstream.url, { ...OPTIONS, ...options });
  return {
    upstream,
    transport,
    send(
      request: UpstreamRequest = GET,
      more: { readonly fresh?: boolean; readonly pauseAtHead?: boolean } = {},
    ) {
      const sink = new Collector(more.pauseAtHead);
      const call = transport.send(request, sink, more);
      return { sink, call, outcome: sink.outcome };
    },
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]();
      await upstream.close();
    },
  };
}

async function failureOf(script: RawScript, options: Partial<TransportOptions> = {}) {
  await using rig = await open(script, options);
  const { failure } = await rig.send().outcome;
  assert.ok(failure !== undefined);
  return failure;
}

describe("DirectTransport", () => {
  it("sends target, headers and body as they are, adding only host and framing", async () => {
    await using rig = await open(SERVE);
    const { outcome } = rig.send({
      method: "POST",
      target: "/v1/messages?beta=true&x=%2F",
      headers: ["X-Odd-CASE", "a", "x-odd-case", "gr\u00fc\u00df", "X-Odd-CASE", "c", "Empty", ""],
      body: Buffer.from("{}"),
    });
    assert.equal((await outcome).body, "ok");
    const sent = rig.upstream.connections[0]?.received().toString("latin1") ?? "";
    assert.match(sent, /^POST \/v1\/messages\?beta=true&x=%2F HTTP\/1\.1\r\n/);
    assert.match(
      sent,
      /\r\nX-Odd-CASE: a\r\nx-odd-case: gr\u00fc\u00df\r\nX-Odd-CASE: c\r\nEmpty: \r\n/,
    );
    const names = [...sent.matchAll(/^([\w-]+):/gm)].map(([, name]) => name?.toLowerCase());
    assert.deepEqual(
      names.toSorted((a = "", b = "") => a.localeCompare(b)),
      ["connection", "content-length", "empty", "host", "x-odd-case", "x-odd-case", "x-odd-case"],
    );
  });

  it("gives status, reason, and raw headers back", async () => {
    await using rig = await open([
      step.readHead,
      step.write(
        "HTTP/1.1 299 Odd Reason\r\nSet-Cookie: a\r\nX-B\u00e9: \u00fc\r\nset-cookie: b\r\nContent-Length: 0\r\n\r\n".replace(
          "X-B\u00e9",
          "X-Be",
        ),
      ),
      step.hang,
    ]);
    const { head } = await rig.send().outcome;
    assert.equal(head?.status, 299);
    assert.equal(head.reason, "Odd Reason");
    assert.deepEqual(head.headers.slice(0, 6), [
      "Set-Cookie",
      "a",
      "X-Be",
      "\u00c3\u00bc",
      "set-cookie",
      "b",
    ]);
  });

  it("streams a body of known length, and one of unknown length in chunks", async () => {
    await using rig = await open(SERVE);
    const known = rig.send({
      method: "POST",
      target: "/",
      headers: ["content-length", "6"],
      body: Readable.from([Buffer.from("abc"), Buffer.from("def")]),
    });
    assert.equal((await known.outcome).body, "ok");
    await settled();
    const unknown = rig.send({
      method: "POST",
      target: "/",
      headers: [],
      body: Readable.from([Buffer.from("ghi")]),
    });
    assert.equal((await unknown.outcome).body, "ok");
    const sent = rig.upstream.connections[0]?.received().toString("latin1") ?? "";
    assert.match(sent, /content-length: 6\r\n[^]*abcdef/);
    assert.match(sent, /transfer-encoding: chunked\r\n[^]*3\r\nghi\r\n0\r\n\r\n$/i);
  });

  describe("connections", () => {
    it("are reused once an answer is whole, newest first", async () => {
      await using rig = await open(SERVE);
      for (let i = 0; i < 3; i += 1) {
        await rig.send().outcome;
        await settled();
      }
      assert.equal(rig.upstream.connections.length, 1);
    });

    it("are opened for each call under way, and for a call that wants a fresh one", async () => {
      await using rig = await open(SERVE);
      await Promise.all([rig.send().outcome, rig.send().outcome]);
      await settled();
      assert.equal(rig.upstream.connections.length, 2);
      await rig.send(GET, { fresh: true }).outcome;
      assert.equal(rig.upstream.connections.length, 3);
    });

    it("are left once the upstream has closed them", async () => {
      await using rig = await open([step.readHead, step.write(OK), step.end]);
      for (let i = 0; i < 3; i += 1) {
        const { failure, body } = await rig.send().outcome;
        assert.equal(failure, undefined);
        assert.equal(body, "ok");
        await settled();
      }
      assert.equal(rig.upstream.connections.length, 3);
    });

    it("are closed after the keep-alive time", async () => {
      await using rig = await open(SERVE, { keepAliveMs: 100 });
      await rig.send().outcome;
      const connection = await rig.upstream.connection(0);
      await connection.closed;
      await settled();
      const { body, failure } = await rig.send().outcome;
      assert.equal(failure?.error, undefined);
      assert.equal(body, "ok");
      assert.equal(rig.upstream.connections.length, 2);
    });

    it("U-11: are not used again when more came than the answer", async () => {
      await using rig = await open((number) =>
        number === 0
          ? [step.readHead, step.write(`${OK}HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil`)]
          : SERVE,
      );
      assert.equal((await rig.send().outcome).body, "ok");
      await settled();
      assert.equal((await rig.send().outcome).body, "ok");
      assert.equal(rig.upstream.connections.length, 2);
    });

    it("U-11: are closed by bytes that come while they are idle", async () => {
      const gate = Promise.withResolvers<void>();
      await using rig = await open((number) =>
        number === 0
          ? [
              step.readHead,
              step.write(OK),
              step.until(gate.promise),
              step.write("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil"),
              step.hang,
            ]
          : SERVE,
      );
      await rig.send().outcome;
      await settled();
      gate.resolve();
      const connection = await rig.upstream.connection(0);
      await connection.closed;
      assert.equal((await rig.send().outcome).body, "ok");
      assert.equal(rig.upstream.connections.length, 2);
    });
  });

  describe("what decides a repetition", () => {
    it("U-01: a reset before any byte on a fresh connection says so", async () => {
      const failure = await failureOf([step.readHead, step.reset]);
      assert.equal(failure.error.code, "upstream_reset");
      assert.equal(failure.beforeResponse, true);
      assert.equal(failure.onReusedConnection, false);
    });

    for (const [name, way] of [
      ["reset", step.reset],
      ["close", step.end],
    ] as const) {
      it(`U-01: a ${name} before any byte on a reused connection says so`, async () => {
        await using rig = await open([step.readHead, step.write(OK), step.readHead, way]);
        await rig.send().outcome;
        await settled();
        const { failure } = await rig.send().outcome;
        assert.equal(failure?.error.code, "upstream_reset");
        assert.equal(failure.beforeResponse, true);
        assert.equal(failure.onReusedConnection, true);
        assert.equal(rig.upstream.connections.length, 1);
      });
    }

    it("U-01: bytes of a head, even of an interim one, are a response", async () => {
      await using rig = await open([
        step.readHead,
        step.write(OK),
        step.readHead,
        step.interim(1),
        step.wait(30),
        step.reset,
      ]);
      await rig.send().outcome;
      await settled();
      const { failure } = await rig.send().outcome;
      assert.equal(failure?.beforeResponse, false);
    });

    it("U-01: half a status line is a response as well", async () => {
      await using rig = await open([
        step.readHead,
        step.write(OK),
        step.readHead,
        step.write("HTTP/1.1 200 OK\r\nconte"),
        step.wait(30),
        step.reset,
      ]);
      await rig.send().outcome;
      await settled();
      const { failure } = await rig.send().outcome;
      assert.equal(failure?.beforeResponse, false);
    });

    it("U-01: a reset after the head is no failure before the response", async () => {
      const failure = await failureOf([
        step.readHead,
        step.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"),
        step.wait(30),
        step.reset,
      ]);
      assert.equal(failure.error.code, "upstream_reset");
      assert.equal(failure.beforeResponse, false);
    });
  });

  describe("failures by their class", () => {
    it("U-02: no head in time", async () => {
      const failure = await failureOf([step.readHead, step.hang], { headersTimeoutMs: 300 });
      assert.equal(failure.error.code, "upstream_headers_timeout");
      assert.equal(failure.beforeResponse, true);
    });

    it("U-02: silence inside the body", async () => {
      const failure = await failureOf(
        [step.readHead, step.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"), step.hang],
        { idleTimeoutMs: 300 },
      );
      assert.equal(failure.error.code, "upstream_idle_timeout");
    });

    it("a refused connection", async () => {
      const upstream = await startRawUpstream([]);
      await upstream.close();
      const transport = new DirectTransport(upstream.url, OPTIONS);
      const sink = new Collector();
      transport.send(GET, sink);
      const { failure } = await sink.outcome;
      assert.equal(failure?.error.code, "upstream_unreachable");
      assert.equal(failure.beforeResponse, true);
      await transport[Symbol.asyncDispose]();
    });

    it("a name that does not exist", async () => {
      const transport = new DirectTransport("http://does-not-exist.invalid", OPTIONS);
      const sink = new Collector();
      transport.send(GET, sink);
      const { failure } = await sink.outcome;
      assert.equal(failure?.error.code, "upstream_unreachable");
      await transport[Symbol.asyncDispose]();
    });

    it("U-12: TLS against a server that speaks none", async () => {
      const server = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
      const listening = Promise.withResolvers<void>();
      server.listen(0, "127.0.0.1", listening.resolve);
      await listening.promise;
      const address = server.address();
      assert.ok(typeof address === "object" && address !== null);
      const transport = new DirectTransport(`https://127.0.0.1:${address.port}`, OPTIONS);
      const sink = new Collector();
      transport.send(GET, sink);
      const { failure } = await sink.outcome;
      assert.equal(failure?.error.code, "upstream_tls");
      await transport[Symbol.asyncDispose]();
      server.close();
    });

    for (const [name, bytes] of [
      ["no HTTP at all", "hello\r\n\r\n"],
      [
        "two framings",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n",
      ],
      ["two lengths", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok"],
      ["a space before the colon", "HTTP/1.1 200 OK\r\ncontent-length : 2\r\n\r\nok"],
      ["a chunk size that is none", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxy\r\n"],
      ["fields beyond 64 KB", `HTTP/1.1 200 OK\r\nx: ${"y".repeat(70_000)}\r\n\r\n`],
      [
        "an unasked-for switch of protocols",
        "HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
      ],
    ] as const) {
      it(`U-08/U-11: ${name}`, async () => {
        const failure = await failureOf([step.readHead, step.write(bytes), step.hang]);
        assert.match(failure.error.code, /^upstream_(?:malformed|reset)$/);
      });
    }

    it("U-11: a length that the body does not have", async () => {
      const failure = await failureOf([
        step.readHead,
        step.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"),
        step.end,
      ]);
      assert.equal(failure.error.code, "upstream_reset");
    });

    it("L-01: keeps the system's words out of the message", async () => {
      const failure = await failureOf([step.readHead, step.reset]);
      assert.doesNotMatch(failure.error.message, /ECONN|127\.0\.0\.1|socket/);
    });
  });

  describe("interim responses", () => {
    it("U-08: up to 16 are skipped", async () => {
      await using rig = await open([step.readHead, step.interim(16), step.write(OK), step.hang]);
      const { head, failure } = await rig.send().outcome;
      assert.equal(failure, undefined);
      assert.equal(head?.status, 200);
    });

    it("U-08: more are refused, and the connection is closed", async () => {
      await using rig = await open([
        step.readHead,
        step.interim(10_000),
        step.write(OK),
        step.hang,
      ]);
      const { head, failure } = await rig.send().outcome;
      assert.equal(head, undefined);
      assert.equal(failure?.error.code, "upstream_malformed");
      await (await rig.upstream.connection(0)).closed;
    });

    // The HTTP client takes a 100 for an error, as `Expect` is never sent on.
    it("U-08: an unasked-for 100 Continue is refused, and not taken for silence", async () => {
      const failure = await failureOf([
        step.readHead,
        step.write("HTTP/1.1 100 Continue\r\n\r\n"),
        step.write(OK),
        step.hang,
      ]);
      assert.match(failure.error.code, /^upstream_(?:malformed|reset)$/);
      assert.equal(failure.beforeResponse, false);
    });
  });

  describe("flow and end", () => {
    it("holds the upstream back while paused, and goes on", async () => {
      const body = "x".repeat(8_000_000);
      await using rig = await open([
        step.readHead,
        step.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`),
        step.hang,
      ]);
      const { sink, outcome } = rig.send(GET, { pauseAtHead: true });
      while (sink.flow === undefined) await settled();
      await sleep(100);
      const held = sink.body.length;
      await sleep(100);
      assert.equal(sink.body.length, held);
      assert.ok(held < body.length);
      sink.flow.resume();
      assert.equal((await outcome).body.length, body.length);
    });

    it("U-02: does not count a pause as the upstream's silence", async () => {
      const body = "x".repeat(4_000_000);
      await using rig = await open(
        [
          step.readHead,
          step.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`),
          step.hang,
        ],
        { idleTimeoutMs: 300 },
      );
      const { sink, outcome } = rig.send(GET, { pauseAtHead: true });
      while (sink.flow === undefined) await settled();
      await sleep(1_500);
      sink.flow.resume();
      const { failure } = await outcome;
      assert.equal(failure, undefined);
    });

    for (const [phase, script] of [
      ["before the head", [step.readHead, step.hang]],
      [
        "inside the body",
        [step.readHead, step.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"), step.hang],
      ],
    ] as const) {
      it(`C-01: an abort ${phase} closes the connection, and the sink hears nothing more`, async () => {
        await using rig = await open(script);
        const { sink, call } = rig.send();
        const connection = await rig.upstream.connection(0);
        while (connection.received().length === 0) await settled();
        await settled();
        call.abort();
        call.abort();
        await connection.closed;
        await settled();
        assert.equal(sink.body, phase === "inside the body" ? "half" : "");
      });
    }

    it("C-01: an abort before the connection is open never sends the request", async () => {
      await using rig = await open(SERVE);
      rig.send().call.abort();
      await sleep(100);
      assert.equal(
        rig.upstream.connections.some((connection) => connection.received().length > 0),
        false,
      );
    });
  });
});
