import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSecureContext } from "node:tls";
import { Secret } from "../../src/base/secret.ts";
import { DirectTransport, type TransportOptions } from "../../src/upstream/transport/direct.ts";
import { openTransport } from "../../src/upstream/transport/open.ts";
import { loopbackCertificate } from "../clients/certificate.ts";
import { type RawScript, startRawUpstream, step } from "../upstream/raw.ts";
import { Collector, GET, OPTIONS, SERVE, settled } from "./collector.ts";
import { type ProxyOptions, startConnectProxy } from "./connect-proxy.ts";
import { startTlsOrigin } from "./tls-origin.ts";

const ANSWER = {
  headers: ["Request-Id", "req_1", "Set-Cookie", "a", "X-Odd", "", "set-cookie", "b"],
  body: "hello",
};

interface RigOptions extends ProxyOptions {
  /** `user:password@` */
  readonly credentials?: string;
}

async function open(options: RigOptions = {}) {
  // One certificate for both: two that differ only in their key cannot be trusted side by side.
  const origin = await startTlsOrigin(ANSWER, options.certificate);
  const proxy = await startConnectProxy(options);
  const transport = new DirectTransport(origin.url, {
    ...OPTIONS,
    secureContext: createSecureContext({ ca: origin.certificate }),
    proxy: new Secret(proxy.url.replace("//", `//${options.credentials ?? ""}`)),
  });
  return {
    origin,
    proxy,
    async send(request = GET, more: { readonly fresh?: boolean } = {}) {
      const sink = new Collector();
      transport.send(request, sink, more);
      return await sink.outcome;
    },
    close: () => transport[Symbol.asyncDispose](),
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
      await origin[Symbol.asyncDispose]();
    },
  };
}

/** What becomes of a call when the proxy behaves like this. */
async function failureWith(script: RawScript, options: Partial<TransportOptions> = {}) {
  await using raw = await startRawUpstream(script);
  await using transport = new DirectTransport("https://origin.invalid", {
    ...OPTIONS,
    proxy: new Secret(`http://user:geheim@127.0.0.1:${raw.port}`),
    ...options,
  });
  const sink = new Collector();
  transport.send(GET, sink);
  const { failure } = await sink.outcome;
  assert.ok(failure !== undefined);
  assert.doesNotMatch(failure.error.message, /geheim|user|127\.0\.0\.1/);
  // The proxy's connection is not left behind.
  await raw.connections[0]?.closed;
  return failure;
}

describe("DirectTransport through a proxy", () => {
  it("passes header lists and bodies on as they are, both ways", async () => {
    await using rig = await open();
    const headers = ["X-Odd-CASE", "a", "anthropic-beta", "b", "x-odd-case", "c", "Empty", ""];
    const body = Buffer.from('{"x": "\u00fc"}');
    const {
      head,
      body: received,
      failure,
    } = await rig.send({
      method: "POST",
      target: "/v1/messages?x=%2F",
      headers: [...headers],
      body,
    });
    assert.equal(failure, undefined);
    assert.equal(received, ANSWER.body);
    assert.deepEqual(head?.headers.slice(0, ANSWER.headers.length), ANSWER.headers);
    const [seen] = rig.origin.requests;
    assert.equal(seen?.httpVersion, "1.1");
    const start = seen.rawHeaders.indexOf("X-Odd-CASE");
    assert.deepEqual(seen.rawHeaders.slice(start, start + headers.length), headers);
    assert.deepEqual(seen.body, body);
  });

  it("tells the proxy the origin's host and port and nothing of the request", async () => {
    await using rig = await open();
    await rig.send({ ...GET, headers: ["authorization", "Bearer geheim"] });
    const authority = `127.0.0.1:${rig.origin.port}`;
    assert.deepEqual(rig.proxy.asked, [
      { target: authority, rawHeaders: ["host", authority, "connection", "keep-alive"] },
    ]);
    assert.deepEqual(rig.proxy.others, []);
    assert.ok(!rig.proxy.passed().includes("geheim"));
  });

  it("gives the proxy's user and password, percent-decoded, to the proxy alone", async () => {
    await using rig = await open({ credentials: "us%40er:p%3Ass@" });
    assert.equal((await rig.send()).body, ANSWER.body);
    const [asked] = rig.proxy.asked;
    const expected = `Basic ${Buffer.from("us@er:p:ss").toString("base64")}`;
    assert.deepEqual(asked?.rawHeaders.slice(-2), ["proxy-authorization", expected]);
    assert.doesNotMatch(JSON.stringify(rig.origin.requests), /proxy-auth|Basic/i);
  });

  it("takes a lone percent sign in a password for itself", async () => {
    await using rig = await open({ credentials: "user:100%@" });
    assert.equal((await rig.send()).body, ANSWER.body);
    const expected = `Basic ${Buffer.from("user:100%").toString("base64")}`;
    assert.equal(rig.proxy.asked[0]?.rawHeaders.at(-1), expected);
  });

  it("reaches the proxy itself by TLS where its URL says so", async () => {
    await using rig = await open({ certificate: loopbackCertificate() });
    const { body, failure } = await rig.send();
    assert.equal(failure, undefined);
    assert.equal(body, ANSWER.body);
    assert.equal(rig.proxy.asked.length, 1);
  });

  it("keeps a tunnel for the next call, and closes it at the end", async () => {
    await using rig = await open();
    for (let i = 0; i < 3; i += 1) {
      assert.equal((await rig.send()).body, ANSWER.body);
      await settled();
    }
    assert.equal(rig.proxy.asked.length, 1);
    await rig.send(GET, { fresh: true });
    assert.equal(rig.proxy.asked.length, 2);
    await rig.close();
    while (rig.proxy.openTunnels > 0) await settled();
  });

  it("U-01: knows of a reset whether its tunnel was fresh, as without a proxy", async () => {
    await using rig = await open();
    rig.origin.resetAt(0);
    rig.origin.resetAt(2);
    const fresh = await rig.send();
    assert.equal(fresh.failure?.error.code, "upstream_reset");
    assert.equal(fresh.failure.onReusedConnection, false);
    await rig.send();
    await settled();
    const { failure } = await rig.send();
    assert.equal(failure?.error.code, "upstream_reset");
    assert.equal(failure.onReusedConnection, true);
    assert.equal(failure.beforeResponse, true);
    assert.equal((await rig.send()).body, ANSWER.body);
    assert.equal(rig.proxy.asked.length, 3);
  });

  it("reaches a plain http origin, which is on this machine, without the proxy", async () => {
    await using upstream = await startRawUpstream(SERVE);
    await using proxy = await startConnectProxy();
    await using transport = new DirectTransport(upstream.url, {
      ...OPTIONS,
      proxy: new Secret(proxy.url),
    });
    const sink = new Collector();
    transport.send(GET, sink);
    assert.equal((await sink.outcome).body, "ok");
    assert.equal(proxy.asked.length + proxy.others.length, 0);
  });

  describe("failures", () => {
    it("names the status with which the proxy refused", async () => {
      const { error, beforeResponse } = await failureWith([
        step.readHead,
        step.write(
          "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 4\r\n\r\nnope",
        ),
        step.hang,
      ]);
      assert.equal(error.code, "upstream_unreachable");
      assert.match(error.message, /proxy .*407/i);
      assert.equal(beforeResponse, true);
    });

    it("a proxy that is not there", async () => {
      const gone = await startRawUpstream([]);
      await gone.close();
      const { error } = await failureWith([], { proxy: new Secret(gone.url) });
      assert.equal(error.code, "upstream_unreachable");
      assert.match(error.message, /proxy/);
    });

    it("U-02: a proxy that does not answer in time", async () => {
      const { error } = await failureWith([step.readHead, step.hang], { connectTimeoutMs: 100 });
      assert.equal(error.code, "upstream_connect_timeout");
      assert.match(error.message, /proxy/i);
    });

    for (const [name, script, code] of [
      ["hangs up", [step.readHead, step.end], "upstream_unreachable"],
      ["resets", [step.readHead, step.reset], "upstream_unreachable"],
      [
        "speaks no HTTP",
        [step.readHead, step.write("SSH-2.0\r\n\r\n"), step.hang],
        "upstream_malformed",
      ],
      [
        "sends a head beyond 16 KB",
        [
          step.readHead,
          step.write(`HTTP/1.1 200 OK\r\nx: ${"y".repeat(20_000)}\r\n\r\n`),
          step.hang,
        ],
        "upstream_malformed",
      ],
      [
        "speaks before the origin can",
        [step.readHead, step.write("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"), step.hang],
        "upstream_malformed",
      ],
    ] satisfies [string, RawScript, string][]) {
      it(`a proxy that ${name}`, async () => {
        const { error } = await failureWith(script);
        assert.equal(error.code, code);
        assert.match(error.message, /proxy/i);
      });
    }

    it("U-12: an origin behind the tunnel whose certificate is not trusted", async () => {
      await using origin = await startTlsOrigin(ANSWER);
      await using proxy = await startConnectProxy();
      await using transport = new DirectTransport(origin.url, {
        ...OPTIONS,
        proxy: new Secret(proxy.url),
      });
      const sink = new Collector();
      transport.send(GET, sink);
      const { failure } = await sink.outcome;
      assert.equal(failure?.error.code, "upstream_tls");
      assert.match(failure.error.message, /upstream/);
    });

    it("U-12: a tunnel that leads to nothing that speaks TLS, or that ends at once", async () => {
      const opened = step.write("HTTP/1.1 200 OK\r\n\r\n");
      for (const [end, code] of [
        [step.write("HTTP/1.1 400 Bad Request\r\n\r\n"), "upstream_tls"],
        [step.reset, "upstream_reset"],
        [step.end, "upstream_reset"],
      ] as const) {
        const failure = await failureWith([step.readHead, opened, step.readBytes(50), end]);
        assert.equal(failure.error.code, code);
        assert.equal(failure.onReusedConnection, false);
      }
    });
  });
});

describe("openTransport", () => {
  const egress = { ca: "bundled", extraCa: undefined } as const;

  async function ask(proxy: "none" | "env", env: Readonly<Record<string, string>>) {
    await using origin = await startTlsOrigin(ANSWER);
    await using sink = await startConnectProxy();
    const variables = Object.fromEntries(
      Object.entries(env).map(([name, value]) => [name, value.replace("PROXY", sink.url)]),
    );
    const options = { ...egress, extraCa: origin.certificate, proxy };
    const opened = openTransport(origin.url, OPTIONS, options, variables);
    assert.ok(opened.ok);
    await using transport = opened.value;
    const collector = new Collector();
    transport.send(GET, collector);
    assert.equal((await collector.outcome).body, ANSWER.body);
    return sink.asked.length;
  }

  it("N-04: ignores the proxy variables unless the configuration says env", async () => {
    const all = { HTTPS_PROXY: "PROXY", https_proxy: "PROXY", HTTP_PROXY: "PROXY" };
    assert.equal(await ask("none", all), 0);
    assert.equal(await ask("env", all), 1);
  });

  it("obeys NO_PROXY together with the variables", async () => {
    assert.equal(await ask("env", { HTTPS_PROXY: "PROXY", NO_PROXY: "127.0.0.1" }), 0);
    assert.equal(await ask("env", { HTTPS_PROXY: "PROXY", NO_PROXY: "elsewhere.example" }), 1);
  });

  it("refuses a proxy variable that names none, before anything is sent", () => {
    const opened = openTransport(
      "https://origin.invalid",
      OPTIONS,
      { ...egress, proxy: "env" },
      {
        HTTPS_PROXY: "socks5://127.0.0.1:1",
      },
    );
    assert.ok(!opened.ok);
    assert.match(opened.error, /HTTPS_PROXY/);
  });
});
