import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { message } from "./answer.ts";
import { startAnthropicUpstream } from "./anthropic.ts";
import { text } from "./messages.ts";
import { startRawUpstream, step } from "./raw.ts";
import { exchangeRaw, openRawClient } from "./raw-client.ts";
import { startTap } from "./tap.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

describe("the raw upstream", () => {
  it("reads requests and writes what its script says, request after request", async () => {
    await using upstream = await startRawUpstream([
      step.readHead,
      step.readBody,
      step.write(OK),
      step.repeat,
    ]);
    using client = await openRawClient(upstream.port);
    client.send("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc");
    assert.ok(await client.until((bytes) => bytes.includes("ok")));
    client.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n0\r\n\r\n");
    assert.ok(await client.until((bytes) => bytes.toString().split("ok").length === 3));
    const connection = await upstream.connection(0);
    assert.match(connection.received().toString(), /abcPOST \/ HTTP\/1\.1/);
    client.halfClose();
    await connection.closed;
    assert.equal(connection.peerEnded, "fin");
  });

  it("resets, ends, half closes and hangs, by the number of the connection", async () => {
    const scripts = [
      [step.readHead, step.write("HTT"), step.wait(30), step.reset],
      [step.readHead, step.interim(3), step.write(OK), step.end],
      [step.readHead, step.write(OK), step.halfClose, step.hang],
      [step.readHead, step.hang],
    ];
    await using upstream = await startRawUpstream((number) => scripts[number] ?? []);
    const get = "GET / HTTP/1.1\r\n\r\n";
    assert.deepEqual(await exchangeRaw(upstream.port, get), { received: "HTT", closed: true });
    const interim = await exchangeRaw(upstream.port, get);
    assert.equal(interim.received.match(/ 103 /g)?.length, 3);
    assert.equal(interim.closed, true);
    assert.equal((await exchangeRaw(upstream.port, get)).received, OK);
    assert.equal((await exchangeRaw(upstream.port, get, { timeoutMs: 100 })).closed, false);
    const hung = await upstream.connection(3);
    await hung.closed;
    assert.notEqual(hung.closedAt, undefined);
  });
});

describe("the tap", () => {
  it("records what passed both ways and cuts it into messages", async () => {
    await using upstream = await startAnthropicUpstream();
    await using tap = await startTap(upstream.port);
    upstream.on("plain", message({ content: [text("through the tap")] }));
    const body = JSON.stringify({ model: "m", stream: true, messages: [] });
    for (let index = 0; index < 2; index += 1) {
      const response = await fetch(`${tap.url}/v1/messages`, { method: "POST", body });
      assert.match(await response.text(), /message_stop/);
    }
    await fetch(tap.url, { method: "HEAD" });
    assert.deepEqual(
      tap
        .exchanges()
        .map(({ request }) => request.startLine)
        .toSorted(),
      ["HEAD / HTTP/1.1", "POST /v1/messages HTTP/1.1", "POST /v1/messages HTTP/1.1"],
    );
    const first = tap.exchanges()[0]?.request;
    assert.deepEqual(first?.body, upstream.requests[0]?.body);
    assert.deepEqual(first?.rawHeaders, upstream.requests[0]?.rawHeaders);
    const responses = tap.exchanges().flatMap(({ response }) => response ?? []);
    assert.equal(responses.length, 3);
    assert.ok(responses.every((response) => response.complete));
    const streams = responses.filter((response) => response.body.length > 0);
    assert.equal(streams.length, 2);
    for (const stream of streams) {
      assert.match(stream.body.toString(), /^event: message_start[\s\S]*message_stop"}\n\n$/);
    }
  });
});
