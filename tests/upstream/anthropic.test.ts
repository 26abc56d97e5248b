import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { adjusted, failure, message, unifiedHeaders } from "./answer.ts";
import { startAnthropicUpstream } from "./anthropic.ts";
import {
  encodeEvent,
  messageEvents,
  safeguardResults,
  text,
  thinking,
  toolUse,
} from "./messages.ts";
import { openRawClient } from "./raw-client.ts";

const STREAM = JSON.stringify({ model: "claude-x", max_tokens: 9, stream: true, messages: [] });

function post(body: string, path = "/v1/messages?beta=true", headers = ""): string {
  return `POST ${path} HTTP/1.1\r\nHost: h\r\nX-Odd-CASE: a\r\nX-Odd-CASE: b\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`;
}

describe("the programmable upstream", () => {
  it("records target, headers and body exactly", async () => {
    await using upstream = await startAnthropicUpstream();
    using client = await openRawClient(upstream.port);
    client.send(post('{"model" : 1.0,\n"x":}'));
    const request = await upstream.waitForRequest("other");
    assert.equal(request.target, "/v1/messages?beta=true");
    assert.deepEqual(request.rawHeaders.slice(2, 6), ["X-Odd-CASE", "a", "X-Odd-CASE", "b"]);
    assert.equal(request.body.toString(), '{"model" : 1.0,\n"x":}');
    assert.equal(request.httpVersion, "1.1");
  });

  it("streams a message with thinking, tools and safeguard results", async () => {
    await using upstream = await startAnthropicUpstream({ headers: unifiedHeaders() });
    const content = [
      thinking("hmm", "c2ln"),
      text("I will look."),
      toolUse("Bash", { command: "ls" }, "toolu_1"),
    ];
    upstream.queue(
      "plain",
      message({
        content,
        extra: safeguardResults({ toolu_1: "not_flagged" }),
        finalUsage: { iterations: [{ type: "message", input_tokens: 1 }] },
      }),
    );
    const response = await fetch(`${upstream.url}/v1/messages`, { method: "POST", body: STREAM });
    assert.equal(response.headers.get("anthropic-ratelimit-unified-5h-utilization"), "0.37");
    const body = await response.text();
    assert.match(body, /^event: message_start\ndata: {"type":"message_start"/);
    assert.match(body, /"signature_delta","signature":"c2ln"/);
    assert.match(body, /"partial_json":"{\\"command\\":/);
    assert.match(body, /"stop_reason":"tool_use".*"safeguard_results".*"not_flagged"/);
    assert.match(body, /"iterations":\[{"type":"message"/);
    assert.match(body, /event: message_stop\ndata: {"type":"message_stop"}\n\n$/);
  });

  it("answers JSON when no stream is asked for", async () => {
    await using upstream = await startAnthropicUpstream();
    const response = await fetch(`${upstream.url}/v1/messages`, { method: "POST", body: "{}" });
    const body: unknown = await response.json();
    assert.ok(typeof body === "object" && body !== null && "usage" in body);
    assert.equal(response.headers.get("content-length") !== null, true);
  });

  it("uses queued answers once, then the newest rule, then the usual answer", async () => {
    await using upstream = await startAnthropicUpstream();
    upstream.on("count_tokens", failure(429, "slow down"));
    upstream.on("count_tokens", failure(529, "busy"));
    upstream.queue("count_tokens", failure(400, "no"));
    const statuses: number[] = [];
    for (let index = 0; index < 3; index += 1) {
      if (index === 2) upstream.reset();
      const response = await fetch(`${upstream.url}/v1/messages/count_tokens`, {
        method: "POST",
        body: "{}",
      });
      statuses.push(response.status);
      await response.arrayBuffer();
    }
    assert.deepEqual(statuses, [400, 529, 200]);
  });

  it("splits writes, compresses and paces without changing the body", async () => {
    await using upstream = await startAnthropicUpstream();
    const plain = message({ content: [text("grüße ✓")], id: "msg_1" });
    const expected = Buffer.concat(
      messageEvents({ content: [text("grüße ✓")], id: "msg_1" }, "claude-x", "").map(encodeEvent),
    );
    upstream.queue(
      "plain",
      adjusted(plain, { delivery: { splitEvery: 7, splitAt: [1, 2, 3] } }),
      adjusted(plain, { delivery: { gzip: true, splitAt: [5] } }),
      adjusted(plain, { delivery: { pieceDelayMs: 1, contentLength: true } }),
    );
    for (const decode of [plainBytes, gunzipSync, plainBytes]) {
      using client = await openRawClient(upstream.port);
      client.send(post(STREAM, "/v1/messages", "Connection: close\r\n"));
      assert.ok(await client.closedWithin(3000));
      assert.deepEqual(decode(dechunk(client.received())), expected);
    }
  });

  it("resets, cuts and stalls at the given byte of the body", async () => {
    await using upstream = await startAnthropicUpstream();
    const gate = Promise.withResolvers<void>();
    const plain = message({ content: [text("x".repeat(500))] });
    upstream.queue(
      "plain",
      adjusted(plain, { delivery: { resetAfterBytes: 100 } }),
      adjusted(plain, { delivery: { cutAfterBytes: 101 } }),
      adjusted(plain, { delivery: { stallAfterBytes: 102, resume: gate.promise } }),
      adjusted(plain, { delivery: { breakBeforeHead: "reset" } }),
    );
    using reset = await openRawClient(upstream.port);
    reset.send(post(STREAM));
    assert.ok(await reset.closedWithin(3000));
    assert.equal(reset.ended, "rst");
    assert.equal(dechunk(reset.received()).length, 100);
    using cut = await openRawClient(upstream.port);
    cut.send(post(STREAM));
    assert.ok(await cut.closedWithin(3000));
    assert.equal(cut.ended, "fin");
    assert.equal(dechunk(cut.received()).length, 101);
    using stalled = await openRawClient(upstream.port);
    stalled.send(post(STREAM));
    assert.ok(await stalled.until((bytes) => dechunk(bytes).length === 102));
    assert.equal(upstream.requests[2]?.closedAt, undefined);
    gate.resolve();
    assert.ok(await stalled.until((bytes) => bytes.includes("message_stop")));
    using nothing = await openRawClient(upstream.port);
    nothing.send(post(STREAM));
    assert.ok(await nothing.closedWithin(3000));
    assert.equal(nothing.received().length, 0);
    assert.deepEqual(
      upstream.requests.map((request) => request.ending),
      ["broken_off", "broken_off", "complete", "broken_off"],
    );
  });

  it("notices that the client went away", async () => {
    await using upstream = await startAnthropicUpstream();
    upstream.on("plain", message({ content: [text("never")] }, { stallAfterBytes: 20 }));
    const client = await openRawClient(upstream.port);
    client.send(post(STREAM));
    const request = await upstream.waitForRequest("plain");
    await client.until((bytes) => bytes.includes("event: mess"));
    client[Symbol.dispose]();
    await request.closed;
    assert.equal(request.aborted, true);
    assert.equal(upstream.openConnections(), 0);
  });

  it("sends interim responses before the answer", async () => {
    await using upstream = await startAnthropicUpstream();
    upstream.on("hello", message({ content: [] }, { interim: [{ link: "a" }, { link: "b" }] }));
    using client = await openRawClient(upstream.port);
    client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert.ok(await client.closedWithin(3000));
    assert.equal(client.text().match(/HTTP\/1\.1 103/g)?.length, 2);
    assert.match(client.text(), /HTTP\/1\.1 200 OK/);
  });
});

function plainBytes(bytes: Buffer): Buffer {
  return bytes;
}

function dechunk(whole: Buffer): Buffer {
  const headEnd = whole.indexOf("\r\n\r\n") + 4;
  const body = whole.subarray(headEnd);
  if (!/transfer-encoding: chunked/i.test(whole.toString("latin1", 0, headEnd))) return body;
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const lineEnd = body.indexOf("\r\n", at);
    if (lineEnd < 0) break;
    const size = Number.parseInt(body.toString("latin1", at, lineEnd), 16);
    parts.push(body.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
  return Buffer.concat(parts);
}
