import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSecureContext } from "node:tls";
import { DirectTransport } from "../../src/upstream/transport/direct.ts";
import { Collector, OPTIONS } from "./collector.ts";
import { startTlsOrigin } from "./tls-origin.ts";

describe("DirectTransport over TLS", () => {
  it("speaks HTTP/1.1 with an origin that would rather speak HTTP/2, and keeps every header field", async () => {
    const headers = ["Request-Id", "req_1", "Set-Cookie", "a", "set-cookie", "b"];
    await using origin = await startTlsOrigin({ headers, body: "hello" });
    await using transport = new DirectTransport(origin.url, {
      ...OPTIONS,
      secureContext: createSecureContext({ ca: origin.certificate }),
    });
    const sink = new Collector();
    const sent = ["X-Odd", "1", "x-odd", "2"];
    transport.send({ method: "GET", target: "/", headers: sent, body: undefined }, sink);
    const { head, body, failure } = await sink.outcome;
    assert.equal(failure, undefined);
    assert.equal(body, "hello");
    assert.deepEqual(head?.headers.slice(0, headers.length), headers);
    const [seen] = origin.requests;
    assert.equal(seen?.httpVersion, "1.1");
    assert.deepEqual(seen.rawHeaders.slice(-sent.length), sent);
  });
});
