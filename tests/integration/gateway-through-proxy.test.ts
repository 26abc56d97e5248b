import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startGateway } from "../upstream/gateway.ts";
import { exchangeRaw } from "../upstream/raw-client.ts";
import { startConnectProxy } from "./connect-proxy.ts";
import { startTlsOrigin } from "./tls-origin.ts";

const ANSWER = {
  headers: toList([
    "Content-Type: text/event-stream",
    "Request-Id: req_1",
    "X-Odd: a",
    "anthropic-ratelimit-unified-status: allowed",
    "x-odd: b",
    "X-ODD: c",
  ]),
  body: [
    'event: message_start\ndata: {"type":"message_start","message":{"id":"m","model":"claude-opus-5-5","usage":{"input_tokens":1,"output_tokens":1}}}\n\n',
    'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5}}\n\n',
    'event: message_stop\ndata: {"type":"message_stop"}\n\n',
  ].join(""),
};

const SENT = [
  "Anthropic-Beta: one",
  "X-App: cli",
  "anthropic-beta: two",
  "ANTHROPIC-BETA: three",
  "Authorization: Bearer a-token",
  "Content-Type: application/json",
  "accept-encoding: identity",
];

// White space that a parser and a printer would not give back.
const BODY = '{ "model":"claude-opus-5-5",  "stream": true, "messages": [ ] }';

/** The real program in front of a TLS origin, through a proxy that asks for a password. */
async function open() {
  await using scope = new AsyncDisposableStack();
  const origin = scope.use(await startTlsOrigin(ANSWER));
  const proxy = scope.use(await startConnectProxy());
  const scratch = await mkdtemp(join(tmpdir(), "spillway-proxy-test-"));
  scope.defer(() => rm(scratch, { recursive: true, force: true }));
  const extraCa = join(scratch, "ca.pem");
  await writeFile(extraCa, origin.certificate);
  const gateway = scope.use(
    await startGateway({
      upstreamUrl: origin.url,
      config: `egress:\n  proxy: env:CORP_PROXY\n  extraCa: ${JSON.stringify(extraCa)}\n`,
      env: { CORP_PROXY: proxy.url.replace("//", "//user:geheim@") },
    }),
  );
  const all = scope.move();
  return {
    origin,
    proxy,
    gateway,
    async call() {
      const head = ["POST /v1/messages?beta=true HTTP/1.1", "Host: 127.0.0.1", "Connection: close"];
      head.push(`Content-Length: ${BODY.length}`);
      head.push(...SENT);
      const { received, closed } = await exchangeRaw(
        gateway.port,
        `${head.join("\r\n")}\r\n\r\n${BODY}`,
        { timeoutMs: 10_000 },
      );
      assert.ok(closed);
      return received;
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** Names and values of header lines, in order. */
function toList(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
}

function fieldsOf(message: string): string[] {
  return toList(message.slice(0, message.indexOf("\r\n\r\n")).split("\r\n").slice(1));
}

function chunked(message: string): string {
  const body = message.slice(message.indexOf("\r\n\r\n") + 4);
  return body.replaceAll(/[0-9a-f]+\r\n([^]*?)\r\n(?=[0-9a-f]+\r\n)|0\r\n\r\n$/gi, "$1");
}

/** The fields whose names this test chose, which are those that have to arrive. */
function chosen(fields: readonly string[], of: readonly string[]): string[] {
  const names = new Set(of.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()));
  return fields.flatMap((name, i) =>
    i % 2 === 0 && names.has(name.toLowerCase()) ? [name, fields[i + 1] ?? ""] : [],
  );
}

describe("the gateway with egress.proxy, before an origin that would rather speak HTTP/2", () => {
  it("passes header lists and bodies on byte for byte, both ways", async () => {
    await using rig = await open();
    const answer = await rig.call();
    assert.match(answer, /^HTTP\/1\.1 200 /);
    assert.deepEqual(chosen(fieldsOf(answer), ANSWER.headers), ANSWER.headers);
    assert.equal(chunked(answer), ANSWER.body);
    const [seen, ...more] = rig.origin.requests;
    assert.equal(more.length, 0);
    assert.equal(seen?.httpVersion, "1.1");
    assert.deepEqual(chosen(seen.rawHeaders, toList(SENT)), toList(SENT));
    assert.equal(seen.body.toString(), BODY);
    assert.doesNotMatch(JSON.stringify(seen.rawHeaders), /proxy-auth/i);
  });

  it("L-01: gives the proxy its password and nobody else, not even the log", async () => {
    await using rig = await open();
    await rig.call();
    const authority = `127.0.0.1:${rig.origin.port}`;
    const basic = `Basic ${Buffer.from("user:geheim").toString("base64")}`;
    assert.deepEqual(
      rig.proxy.asked.map(({ target }) => target),
      [authority],
    );
    const fields = [
      `host: ${authority}`,
      "connection: keep-alive",
      `proxy-authorization: ${basic}`,
    ];
    assert.deepEqual(rig.proxy.asked[0]?.rawHeaders, toList(fields));
    assert.ok(!rig.proxy.passed().includes("a-token"));
    await rig.gateway.stop();
    assert.doesNotMatch(rig.gateway.stdout() + rig.gateway.stderr(), /geheim/);
  });

  it("U-01: repeats a request once when a kept tunnel turns out to be closed", async () => {
    await using rig = await open();
    await rig.call();
    await sleep(50);
    rig.origin.resetAt(1);
    const answer = await rig.call();
    assert.match(answer, /^HTTP\/1\.1 200 /);
    assert.equal(chunked(answer), ANSWER.body);
    assert.equal(rig.origin.requests.length, 3);
    assert.equal(rig.proxy.asked.length, 2);
  });

  it("does not start with a proxy variable that names no proxy, and does not show its value", async () => {
    const starting = startGateway({
      upstreamUrl: "https://origin.invalid",
      config: "egress:\n  proxy: env\n",
      env: { HTTPS_PROXY: "socks5://user:geheim@127.0.0.1:1" },
    });
    await assert.rejects(starting, (error: Error) => {
      assert.match(error.message, /egress\.proxy: HTTPS_PROXY/);
      assert.doesNotMatch(error.message, /geheim|socks5/);
      return true;
    });
  });
});
