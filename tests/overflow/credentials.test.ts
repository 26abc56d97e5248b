import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { canary, leaksIn } from "../fault/canaries.ts";
import { call, PLAIN_BODY, STREAM_BODY, startTestGateway } from "../fault/rig.ts";
import { adjusted, bytes, failure, message, type Responder } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { text } from "../upstream/messages.ts";
import { type RawUpstream, startRawUpstream, step } from "../upstream/raw.ts";
import type { RecordedRequest } from "../upstream/recorded-request.ts";
import { type MadeKey, makeKey, PLAN_IS_FULL, storeKey } from "./rig.ts";

const scope = new AsyncDisposableStack();
const OWN = {
  session: canary("sk-ant-oat01-"),
  apiKey: canary("sk-ant-api03-"),
  cookie: canary("sid="),
  google: canary("AIza"),
};
const STORED = { stored: canary("sk-ant-api03-"), elsewhere: canary("sk-ant-api03-") };
let upstream: AnthropicUpstream;
let sink: RawUpstream;
let gateway: Gateway;
let key: MadeKey;
let secrets: Readonly<Record<Name, string>>;

type Name = keyof typeof OWN | keyof typeof STORED | "virtualKey";

before(async () => {
  upstream = scope.use(await startAnthropicUpstream());
  sink = scope.use(await startRawUpstream([step.hang]));
  gateway = scope.use(await startTestGateway(upstream.url, { config: "overflow:\n  memory: off" }));
  key = await makeKey(gateway);
  await storeKey(gateway, STORED.stored);
  await storeKey(gateway, STORED.elsewhere, { organisation: "elsewhere" });
  secrets = { ...OWN, ...STORED, virtualKey: key.secret };
});

after(() => scope.disposeAsync());

beforeEach(() => upstream.reset());

const ALL: readonly Name[] = [
  "session",
  "apiKey",
  "cookie",
  "google",
  "stored",
  "elsewhere",
  "virtualKey",
];
/** What a call that is the caller's own carries, and what one with the stored key does. */
const CALLERS: readonly Name[] = ["session", "apiKey", "cookie"];
const THE_STORED: readonly Name[] = ["stored"];

const seenIn = (seen: RecordedRequest) =>
  leaksIn([seen.target, ...seen.rawHeaders, seen.body.toString("latin1")].join("\n"), secrets, ALL);

async function ask(overflow: boolean, mode: "session" | "inject", body = STREAM_BODY) {
  return await call(gateway, {
    body,
    headers: {
      authorization: `Bearer ${OWN.session}`,
      "x-api-key": OWN.apiKey,
      "x-goog-api-key": OWN.google,
      cookie: OWN.cookie,
      ...(overflow ? { "x-spillway-overflow": "byok" } : {}),
      // Without a key of ours the caller's own goes, and nothing else.
      ...(mode === "inject" || overflow ? { "x-spillway-key": key.secret } : {}),
    },
  });
}

const isStored = (seen: RecordedRequest) => seen.headers("x-api-key").includes(STORED.stored);
const reset: Responder = adjusted(message({ content: [] }), {
  delivery: { breakBeforeHead: "reset" },
});
const redirect: Responder = (request, serial) =>
  bytes(307, "text/plain", [], ["Location", `${sink.url}/?moved`])(request, serial);

const OUTCOMES: readonly (readonly [string, Responder])[] = [
  ["an answer", message({ content: [text("Hi")] })],
  ["a 401", failure(401, "no")],
  ["a 403", failure(403, "no")],
  ["a 429", PLAN_IS_FULL],
  ["a 529", failure(529, "busy")],
  ["a redirect", redirect],
  ["a reset", reset],
  ["a cut", message({ content: [text("Hi there")] }, { cutAfterBytes: 300 })],
];

describe("N-05: each credential is only where it belongs", () => {
  for (const [name, responder] of OUTCOMES) {
    it(`N-05: the caller's own path, ${name}: nothing of ours goes along`, async () => {
      upstream.on(() => true, responder);
      const answer = await ask(false, "session");
      assert.ok(upstream.requests.length >= 1);
      for (const seen of upstream.requests) assert.deepEqual(seenIn(seen), CALLERS);
      assertToldNothing(answer);
    });

    it(`N-05: the stored key's path, ${name}: nothing of the caller's goes along`, async () => {
      upstream.on(() => true, responder);
      const answer = await ask(false, "inject");
      assert.ok(upstream.requests.length >= 1);
      for (const seen of upstream.requests) assert.deepEqual(seenIn(seen), THE_STORED);
      assertToldNothing(answer);
    });

    it(`N-05: overflow, then ${name}: first the caller's own, then the stored key alone`, async () => {
      upstream.on(() => true, PLAN_IS_FULL);
      upstream.on(isStored, responder);
      const answer = await ask(true, "session");
      assert.ok(upstream.requests.length >= 2);
      for (const [at, seen] of upstream.requests.entries()) {
        assert.deepEqual(seenIn(seen), at === 0 ? CALLERS : THE_STORED);
      }
      assertToldNothing(answer);
    });
  }

  for (const [name, overflow, mode] of [
    ["the caller's own", false, "session"],
    ["the stored key", false, "inject"],
    ["the stored key in overflow", true, "session"],
  ] as const) {
    it(`N-05: a repetition on a fresh connection carries the same credential again: ${name}`, async () => {
      if (overflow) upstream.on((seen) => !isStored(seen), PLAN_IS_FULL);
      // The first exchange leaves a connection behind, on which the second is broken off.
      await ask(overflow, mode);
      const known = upstream.requests.length;
      const whose = overflow ? isStored : () => true;
      upstream.queue(whose, reset);
      const answer = await ask(overflow, mode);
      assert.equal(answer.status, 200);
      const again = upstream.requests.slice(known).filter((seen) => !overflow || isStored(seen));
      assert.equal(again.length, 2);
      for (const seen of again) {
        assert.deepEqual(seenIn(seen), mode === "session" && !overflow ? CALLERS : THE_STORED);
      }
      assert.notEqual(again[0]?.remotePort, again[1]?.remotePort);
    });
  }

  it("N-05: where a redirect points, nobody hears of anything", () => {
    assert.equal(sink.connections.length, 0);
  });

  it("N-05: the check of a stored key carries that key and nothing of who stores it", async () => {
    const fresh = canary("sk-ant-api03-");
    await call(gateway, {
      method: "PUT",
      path: "/me/byok/anthropic",
      body: JSON.stringify({ key: fresh }),
      headers: { "x-spillway-key": key.secret, cookie: OWN.cookie, "x-api-key": OWN.apiKey },
    });
    assert.equal(upstream.requests.length, 1);
    for (const seen of upstream.requests) {
      assert.deepEqual(seenIn(seen), []);
      assert.equal(seen.header("x-api-key"), fresh);
    }
    await storeKey(gateway, STORED.stored);
  });
});

/** What a client is told holds no credential but its own. */
function assertToldNothing({ body, rawHeaders }: { body: Buffer; rawHeaders: readonly string[] }) {
  const told = Buffer.concat([body, Buffer.from(rawHeaders.join("\n"))]);
  assert.deepEqual(leaksIn(told, secrets, ["stored", "elsewhere", "virtualKey"]), []);
}

describe("N-06: a session that is refused never falls back to a stored key", () => {
  for (const [how, config, keyed] of [
    ["by its header", "", false],
    ["by its key", "", true],
    ["by configuration", "overflow:\n  mode: overflow", false],
  ] as const) {
    it(`N-06: 401 and 403, asked to overflow ${how}: the session's own answer, and one call`, async () => {
      await using scene = await startTestGateway(upstream.url, { config });
      await storeKey(scene, STORED.stored, { overflow: true });
      const own = await makeKey(scene, { mode: "overflow" });
      for (const status of [401, 403]) {
        for (const body of [PLAIN_BODY, STREAM_BODY]) {
          upstream.reset();
          upstream.on(() => true, failure(status, "about the session"));
          const answer = await call(scene, {
            body,
            headers: {
              authorization: `Bearer ${OWN.session}`,
              ...(how === "by its header" ? { "x-spillway-overflow": "byok" } : {}),
              ...(keyed ? { "x-spillway-key": own.secret } : {}),
            },
          });
          assert.equal(answer.status, status);
          assert.ok(answer.body.includes("about the session"));
          assert.equal(upstream.requests.length, 1);
          assert.equal(upstream.requests[0]?.header("authorization"), `Bearer ${OWN.session}`);
        }
      }
    });
  }
});
