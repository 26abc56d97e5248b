import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { canary, leaksIn, leaksInFiles } from "../fault/canaries.ts";
import {
  call,
  events,
  eventually,
  explain,
  type HttpAnswer,
  startTestGateway,
} from "../fault/rig.ts";
import { type Responder } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import type { RecordedRequest } from "../upstream/recorded-request.ts";
import {
  BODY_ECHOES,
  type BodyEcho,
  echoInBody,
  echoInFields,
  echoInReason,
  FIELD_ECHOES,
  type FieldEcho,
  holdsPartOf,
} from "./echo.ts";
import { control, type MadeKey, makeKey, me, PLAN_IS_FULL, storeKey } from "./rig.ts";

const STORED = canary("sk-ant-api03-");
const OWN = { session: canary("sk-ant-oat01-"), prompt: canary("prompt-"), cookie: canary("sid=") };
/** Kept on purpose: shows that the search finds what is there. */
const CONTROL = canary("session-");

const scope = new AsyncDisposableStack();
let upstream: AnthropicUpstream;
let gateway: Gateway;
let key: MadeKey;

before(async () => {
  upstream = scope.use(await startAnthropicUpstream());
  const config = "log:\n  level: trace\noverflow:\n  memory: off";
  gateway = await startTestGateway(upstream.url, { config });
  scope.defer(() => gateway[Symbol.asyncDispose]());
  key = await makeKey(gateway, { budget: "1000/month" });
  await storeKey(gateway, STORED);
});

after(() => scope.disposeAsync());

beforeEach(() => upstream.reset());

const isStored = (seen: RecordedRequest) => seen.header("x-api-key") === STORED;

/** Injected, or after a full session; whole or streamed. */
const WAYS = [
  { overflow: false, stream: false },
  { overflow: false, stream: true },
  { overflow: true, stream: false },
  { overflow: true, stream: true },
] as const;

async function ask(way: (typeof WAYS)[number], responder: Responder): Promise<HttpAnswer> {
  upstream.on(() => true, PLAN_IS_FULL);
  upstream.on(isStored, responder);
  const answer = await call(gateway, {
    body: JSON.stringify({
      model: "claude-opus-5-5",
      max_tokens: 10,
      stream: way.stream,
      messages: [{ role: "user", content: OWN.prompt }],
    }),
    headers: {
      "x-spillway-key": key.secret,
      "x-claude-code-session-id": CONTROL,
      cookie: OWN.cookie,
      ...(way.overflow
        ? { authorization: `Bearer ${OWN.session}`, "x-spillway-overflow": "byok" }
        : {}),
    },
  });
  assert.equal(upstream.requests.filter(isStored).length, 1, "the stored key was not used");
  upstream.reset();
  return answer;
}

/** All that the client can read of it, decoded as often as it says. */
function readAs({ body, headers, rawHeaders, reason }: HttpAnswer): Buffer {
  const decoders = { gzip: gunzipSync, deflate: inflateSync, br: brotliDecompressSync };
  const coding = headers["content-encoding"] ?? "";
  const decode = Object.entries(decoders).find(([name]) => name === coding)?.[1];
  const plain = decode === undefined || body.length === 0 ? body : decode(body);
  return Buffer.concat([body, plain, Buffer.from(`\n${reason}\n${rawHeaders.join("\n")}`)]);
}

const bodyEchoes = Object.keys(BODY_ECHOES).filter((name): name is BodyEcho => name in BODY_ECHOES);
const fieldEchoes = Object.keys(FIELD_ECHOES).filter(
  (name): name is FieldEcho => name in FIELD_ECHOES,
);
const STATUSES = [400, 401, 403, 404, 413, 429, 500, 529];

describe("L-01: an upstream that repeats the stored key in its errors", () => {
  for (const how of bodyEchoes) {
    it(`L-01: its body, ${how}: the client sees nothing of the key`, async () => {
      for (const status of STATUSES) {
        for (const way of WAYS) {
          const answer = await ask(way, echoInBody(status, how, { splitEvery: 1_000 }));
          assert.ok(!holdsPartOf(STORED, readAs(answer)), `${status} ${JSON.stringify(way)}`);
          assert.ok(answer.complete);
          assert.ok(answer.status >= 400);
        }
      }
    });
  }

  for (const size of [1, 7, 64]) {
    it(`L-01: its body in pieces of ${size} bytes: the client sees nothing of the key`, async () => {
      for (const way of WAYS) {
        const answer = await ask(way, echoInBody(400, "as it came", { splitEvery: size }));
        assert.ok(!holdsPartOf(STORED, readAs(answer)));
        assert.equal(answer.status, 400);
      }
    });
  }

  for (const how of fieldEchoes) {
    it(`L-01: its fields, ${how}: the client sees nothing of the key, and all the rest`, async () => {
      for (const status of [200, ...STATUSES]) {
        for (const way of WAYS) {
          const answer = await ask(way, echoInFields(status, STORED, how));
          assert.ok(!holdsPartOf(STORED, readAs(answer)), `${status} ${JSON.stringify(way)}`);
        }
      }
    });

    it(`L-01: the words of its status line, ${how}: the client sees nothing of the key`, async () => {
      for (const status of [200, ...STATUSES]) {
        for (const way of WAYS) {
          const answer = await ask(way, echoInReason(status, STORED, how));
          assert.ok(!holdsPartOf(STORED, readAs(answer)), `${status} ${JSON.stringify(way)}`);
        }
      }
    });
  }

  it("L-01: an error without the key reaches the client to the byte, whatever its coding", async () => {
    const words = JSON.stringify({ type: "error", error: { message: `*** ${"é".repeat(50)}` } });
    for (const status of [400, 404, 429, 500, 529]) {
      for (const way of WAYS) {
        const answer = await ask(way, () => ({
          status,
          headers: ["Content-Type", "application/json"],
          pieces: [Buffer.from(words)],
          stream: false,
          delivery: { gzip: true },
        }));
        assert.equal(answer.status, status);
        assert.equal(answer.headers["content-encoding"], "gzip");
        assert.equal(gunzipSync(answer.body).toString(), words);
      }
    }
  });
});

describe("L-01: nothing of all this is kept or told", () => {
  const secrets = () => ({ ...OWN, stored: STORED, virtualKey: key.secret });
  const NAMES = ["session", "prompt", "cookie", "stored", "virtualKey"] as const;

  it("L-01: no log, file, metric, report or record has a credential or a prompt", async () => {
    await ask(WAYS[3], echoInBody(400, "as it came"));
    const records = await eventually(async () => {
      const all = await events(gateway);
      return all.every(({ finish }) => finish !== null) ? all : undefined;
    }, "the end of every exchange");
    assert.ok(records.length > 0);
    const told = [JSON.stringify(records)];
    for (const { id } of records.slice(0, 50)) {
      told.push(JSON.stringify(await explain(gateway, String(id))));
    }
    for (const path of ["/metrics"]) {
      told.push((await call(gateway, { method: "GET", path })).body.toString());
    }
    for (const path of [
      "/me",
      "/me/keys",
      "/me/byok",
      "/me/byok/anthropic",
      "/me/usage?by=model",
      "/me/activity",
      "/me/quota",
      "/me/budget",
    ]) {
      const owner = await me(gateway, key.secret, "GET", path);
      assert.equal(owner.status, 200, `${path}: ${owner.text}`);
      told.push(owner.text, (await control(gateway, "GET", path)).text);
    }
    told.push((await control(gateway, "GET", "/control/status")).text);
    assert.deepEqual(leaksIn(told.join("\n"), secrets(), NAMES), []);
    assert.ok(told.join("\n").includes(CONTROL));

    const directories = [gateway.dataDir, gateway.home];
    assert.deepEqual(await leaksInFiles(directories, secrets(), NAMES), [], "while it runs");
    assert.equal(await gateway.stop(), 0);
    assert.deepEqual(await leaksInFiles(directories, secrets(), NAMES), [], "afterwards");
    const log = gateway.stdout() + gateway.stderr();
    assert.deepEqual(leaksIn(log, secrets(), NAMES), []);
    assert.ok(log.includes(CONTROL));
    assert.deepEqual(
      (await leaksInFiles(directories, { control: CONTROL }, ["control"])).length > 0,
      true,
    );
  });
});
