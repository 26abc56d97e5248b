import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { canary, leaksIn, leaksInFiles } from "../fault/canaries.ts";
import { call, explain, finishedEvent, idOf, startTestGateway } from "../fault/rig.ts";
import { failure, json, message, type Responder, unifiedHeaders } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { text } from "../upstream/messages.ts";
import { holdsPartOf } from "./echo.ts";
import { control, type MadeKey, makeKey, storeKey } from "./rig.ts";

/** An upstream's words that Spillway keeps: ids, models, reasons, windows. A hostile one puts there what it was told. */
const PLACES: Readonly<Record<string, (secret: string) => Responder>> = {
  "the id of an answer": (secret) => json(200, { type: "message" }, ["request-id", secret]),
  "the id of an error": (secret) => json(400, { type: "error" }, ["Request-Id", secret]),
  "the type of an error": (secret) => failure(400, "no", [], secret),
  "the type of an error, behind more words than are kept": (secret) =>
    failure(400, "no", [], `${"x".repeat(210)}${secret}`),
  "the type of an error, in base64": (secret) =>
    failure(400, "no", [], Buffer.from(secret).toString("base64")),
  "the served model, behind more words than are kept": (secret) =>
    message({ content: [text("Hi")], model: `${"m".repeat(210)}${secret}` }),
  "the stop reason, in hex": (secret) =>
    message({ content: [text("Hi")], stopReason: Buffer.from(secret).toString("hex") }),
  "the type of an error in a stream": (secret) => () => ({
    status: 200,
    headers: ["Content-Type", "text/event-stream"],
    pieces: [Buffer.from(`event: error\ndata: {"type":"error","error":{"type":"${secret}"}}\n\n`)],
    stream: true,
    delivery: {},
  }),
  "the served model": (secret) => message({ content: [text("Hi")], model: secret }),
  "the stop reason": (secret) => message({ content: [text("Hi")], stopReason: secret }),
  "the service tier": (secret) =>
    message({ content: [text("Hi")], usage: { service_tier: secret } }),
  "a field of the usage": (secret) => message({ content: [text("Hi")], usage: { [secret]: 1 } }),
  "a text in the usage": (secret) => message({ content: [text("Hi")], usage: { note: secret } }),
  "a whole answer that is only usage": (secret) =>
    json(200, { type: "message", model: "m", usage: { input_tokens: 1, output_tokens: secret } }),
  "the claimed window": (secret) =>
    message({ content: [text("Hi")] }, {}, unifiedHeaders({ claim: secret })),
  "the state of the windows": (secret) =>
    message({ content: [text("Hi")] }, {}, unifiedHeaders({ status: secret })),
  "a window's name": (secret) =>
    message({ content: [text("Hi")] }, {}, [
      ...unifiedHeaders(),
      `anthropic-ratelimit-unified-${secret}-utilization`,
      "0.5",
    ]),
  "a reason about the windows": (secret) =>
    message({ content: [text("Hi")] }, {}, [
      ...unifiedHeaders(),
      "anthropic-ratelimit-unified-upgrade-paths",
      secret,
    ]),
};

const scope = new AsyncDisposableStack();
const SECRETS = { stored: canary("sk-ant-api03-"), session: canary("sk-ant-oat01-") };
let upstream: AnthropicUpstream;
let gateway: Gateway;
let key: MadeKey;

before(async () => {
  upstream = scope.use(await startAnthropicUpstream());
  gateway = await startTestGateway(upstream.url, { config: "log:\n  level: trace" });
  scope.defer(() => gateway[Symbol.asyncDispose]());
  key = await makeKey(gateway);
  await storeKey(gateway, SECRETS.stored);
});

after(() => scope.disposeAsync());

const NAMES = ["stored", "session"] as const;

describe("L-01: what is kept of an upstream's words holds no credential", () => {
  for (const name of NAMES) {
    for (const [place, responderFor] of Object.entries(PLACES)) {
      it(`L-01: the ${name} credential as ${place} is in no record and no report`, async () => {
        upstream.reset();
        upstream.on(() => true, responderFor(SECRETS[name]));
        for (const stream of [false, true]) {
          const answer = await call(gateway, {
            body: JSON.stringify({ model: "claude-opus-5-5", max_tokens: 5, stream, messages: [] }),
            headers:
              name === "stored"
                ? { "x-spillway-key": key.secret }
                : { authorization: `Bearer ${SECRETS.session}` },
          });
          await finishedEvent(gateway, idOf(answer));
          // Exchanges before this one may have failed the test already: lists would repeat that.
          const told = [
            await explain(gateway, idOf(answer)),
            (await control(gateway, "GET", "/me/quota")).body,
          ];
          assert.ok(!holdsPartOf(SECRETS[name], Buffer.from(JSON.stringify(told))));
        }
      });
    }
  }

  it("L-01: nor is it in the log, in the status file, in the metrics or in any other file", async () => {
    const page = await call(gateway, { method: "GET", path: "/metrics" });
    assert.deepEqual(leaksIn(page.body, SECRETS, NAMES), []);
    assert.equal(await gateway.stop(), 0);
    assert.deepEqual(leaksIn(gateway.stdout() + gateway.stderr(), SECRETS, NAMES), []);
    const directories = [gateway.dataDir, gateway.home];
    assert.deepEqual(await leaksInFiles(directories, SECRETS, NAMES), []);
  });
});
