import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { request } from "node:http";
import { describe, it } from "node:test";
import { assertGatewayError, call, hasProc, MEBIBYTE, peakRssBytes } from "../fault/rig.ts";
import { ask, type Bench, bodyFor, lines, openBench, session, tell } from "./rig.ts";

const LIMIT = 100_000;

function bodyOf(size: number): string {
  const empty = bodyFor("claude-opus-4-8", { pad: "" });
  return bodyFor("claude-opus-4-8", { pad: "x".repeat(size - empty.length) });
}

/** Sends a body without telling its length before. */
async function sendChunked(port: number, path: string, chunks: Iterable<Buffer>): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const outgoing = request(
    { port, host: "127.0.0.1", method: "POST", path, agent: false, headers: HEADERS },
    (incoming) => {
      incoming.resume().on("end", () => resolve(incoming.statusCode ?? 0));
    },
  );
  outgoing.on("error", reject);
  for (const chunk of chunks) {
    if (!outgoing.write(chunk)) await new Promise((go) => outgoing.once("drain", go));
  }
  outgoing.end();
  return await promise;
}

const HEADERS = { authorization: `Bearer ${session()}`, "content-type": "application/json" };
const isFor = (path: string) => (seen: { readonly target: string }) => seen.target === path;
const sent = (bench: Bench) => bench.anthropic.requests.length + bench.litellm.requests.length;

describe("MAX_BUFFER_BYTES", () => {
  it("S1-039, S1-115, C-17: takes exactly so much, refuses one byte more and names the variable, before anything is sent", async () => {
    await using bench = await openBench({ env: { MAX_BUFFER_BYTES: String(LIMIT) } });
    for (const path of ["/v1/messages", "/v1/messages/count_tokens"]) {
      assert.equal((await ask(bench, { token: session(), path, body: bodyOf(LIMIT) })).status, 200);
      const known = sent(bench);
      const refused = await ask(bench, { token: session(), path, body: bodyOf(LIMIT + 1) });
      assertGatewayError(refused, 413, "body_too_large");
      assert.match(refused.body.toString(), /MAX_BUFFER_BYTES/);
      const chunked = await sendChunked(bench.gateway.port, path, [Buffer.from(bodyOf(LIMIT + 1))]);
      assert.equal(chunked, 413);
      assert.equal(sent(bench), known);
      const fits = await sendChunked(bench.gateway.port, path, [Buffer.from(bodyOf(LIMIT))]);
      assert.equal(fits, 200);
    }
  });

  it("S1-114: is for requests that name a model only", async () => {
    await using bench = await openBench({ env: { MAX_BUFFER_BYTES: String(LIMIT) } });
    const path = "/v1/messages/batches";
    await ask(bench, { token: session(), path, body: bodyOf(2 * LIMIT) });
    assert.equal(bench.anthropic.requests.find(isFor(path))?.body.length, 2 * LIMIT);
  });
});

describe("claude-router's variables without its gates", () => {
  it("S1-006, S1-028, S1-041, S1-116: odd values change nothing, and the pipe stays a pipe", async () => {
    await using bench = await openBench({
      env: {
        LITELLM_URL: undefined,
        CURSOR_API_KEY: undefined,
        COMPOSER_API_URL: "not a url",
        LITELLM_FALLBACK_OPUS: "",
        REDIRECT_AT_5H_PCT: "none",
        REDIRECT_AT_7D_PCT: "-1",
        REDIRECT_AT_OVERAGE_PCT: "1e9",
        HYSTERESIS_PCT: "x",
        PROBE_INTERVAL_MS: "x",
        PROBE_MODEL: "x",
        PROBE_ENDPOINT: "x",
        ANTHROPIC_API_KEY_FOR_PROBES: "x",
        MAX_BUFFER_BYTES: "1",
      },
    });
    const token = session();
    await tell(bench, token, { fiveHour: 1, sevenDay: 1, overage: 1 });
    for (const body of ["{ not JSON", bodyFor("gpt-5"), bodyFor("composer-2.5")]) {
      await ask(bench, { token, body });
      assert.equal(bench.anthropic.requests.at(-1)?.body.toString(), body);
    }
    const known = bench.anthropic.requests.length;
    await call(bench.gateway, { method: "GET", path: "/v1/models?a=b", headers: HEADERS });
    assert.equal(bench.anthropic.requests[known]?.target, "/v1/models?a=b");
    assert.equal(bench.litellm.requests.length + bench.composer.requests.length, 0);
    assert.deepEqual(lines(bench), []);
  });

  it("S1-006: 160 MB pass in chunks, byte for byte, and are not held", {
    skip: !hasProc && "/proc is Linux's",
  }, async () => {
    await using bench = await openBench({
      env: { LITELLM_URL: undefined, CURSOR_API_KEY: undefined },
      config: "",
    });
    const before = await peakRssBytes(bench.gateway.pid);
    const hash = createHash("sha256");
    const chunk = Buffer.alloc(MEBIBYTE, "a");
    const chunks = Array.from({ length: 160 }, (_, at) => {
      const one = Buffer.from(chunk);
      one.writeUInt32BE(at);
      hash.update(one);
      return one;
    });
    const path = "/v1/files";
    await sendChunked(bench.gateway.port, path, chunks);
    const seen = bench.anthropic.requests.find(isFor(path));
    assert.equal(seen?.bodyHash(), hash.digest("hex"));
    const grown = (await peakRssBytes(bench.gateway.pid)) - before;
    assert.ok(grown < 100 * MEBIBYTE, `${grown} bytes more`);
  });
});
