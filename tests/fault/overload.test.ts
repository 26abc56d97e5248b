import assert from "node:assert/strict";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { control } from "../overflow/rig.ts";
import { message } from "../upstream/answer.ts";
import { startAnthropicUpstream } from "../upstream/anthropic.ts";
import { type Gateway, startGateway } from "../upstream/gateway.ts";
import { text } from "../upstream/messages.ts";
import { isObject } from "../upstream/request-kind.ts";
import { call, eventually, type HttpAnswer, PLAIN_BODY, startTestGateway } from "./rig.ts";

/** What an operator looks at while it burns. */
const OWN = ["/health", "/ready", "/metrics", "/me", "/me/usage", "/me/activity/events"];

async function assertResponsive(gateway: Gateway): Promise<void> {
  for (const path of OWN) {
    assert.equal((await call(gateway, { method: "GET", path, body: "" })).status, 200, path);
  }
  assert.equal((await control(gateway, "GET", "/control/status")).status, 200);
}

function assertComeAgain(answer: HttpAnswer): void {
  const again = Number(answer.headers["retry-after"]);
  assert.ok(Number.isInteger(again) && again >= 1 && again <= 59, `retry-after: ${again}`);
  assert.equal(answer.headers["x-should-retry"], undefined);
}

/** Each client's own envelope of an error, and what it calls it. */
const DIALECTS = [
  ["/v1/messages", /^\{"type":"error","error":\{"type":"overloaded_error"/],
  ["/openai/v1/chat/completions", /^\{"error":\{.*"code":"overloaded"/],
  ["/v1beta/models/claude-opus-5-5:generateContent", /^\{"error":\{"code":503,/],
] as const;

describe("F-06: overload", () => {
  it("F-06: five times what the upstream takes: the rest is told to come again, and nothing is left of it", async () => {
    await using upstream = await startAnthropicUpstream();
    await using gateway = await startTestGateway(upstream.url, {
      config: "anthropic:\n  limits: { concurrency: 10, wait: 5s, queue: 10 }",
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    upstream.on(() => true, message({ content: [text("hello")] }, { beforeHead: promise }));
    const refused: HttpAnswer[] = [];
    const answers = Array.from({ length: 50 }, async () => {
      const answer = await call(gateway, { body: PLAIN_BODY, timeoutMs: 60_000 });
      if (answer.status === 429) refused.push(answer);
      return answer;
    });
    await eventually(() => (refused.length >= 30 ? true : undefined), "thirty refusals", 20_000);
    await assertResponsive(gateway);
    assert.equal(upstream.requests.length, 10);
    resolve();
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    assert.deepEqual(new Set(statuses), new Set([200, 429]));
    assert.ok(statuses.filter((status) => status === 200).length >= 10);
    for (const answer of refused) assertComeAgain(answer);
    assert.equal((await call(gateway, { body: PLAIN_BODY })).status, 200);
    const status = await control(gateway, "GET", "/control/status");
    assert.deepEqual(status.body["queues"], []);
  });

  it("F-06, R20: without head-room new requests are shed in each client's words, own endpoints answer, and it recovers", async () => {
    const directory = await mkdtemp(join(tmpdir(), "spillway-overload-"));
    const file = join(directory, "spillway.yaml");
    const configure = async (heapPercent: number) => {
      await writeFile(`${file}.new`, `limits: { loopDelay: 30s, heapPercent: ${heapPercent} }\n`);
      await rename(`${file}.new`, file);
    };
    try {
      await configure(100);
      await using upstream = await startAnthropicUpstream();
      // Of a heap this small a running program fills more than a hundredth.
      const env = { SPILLWAY_CONFIG: file, NODE_OPTIONS: "--max-old-space-size=256" };
      await using gateway = await startGateway({ upstreamUrl: upstream.url, env });
      const { promise, resolve } = Promise.withResolvers<void>();
      upstream.queue(() => true, message({ content: [text("hello")] }, { beforeHead: promise }));
      const running = call(gateway, { body: PLAIN_BODY, timeoutMs: 60_000 });
      await upstream.waitForRequest(() => true);
      await configure(1);
      const shed = await eventually(async () => {
        const answer = await call(gateway, { body: PLAIN_BODY });
        return answer.status === 503 ? answer : undefined;
      }, "a request that is shed");
      assertComeAgain(shed);
      for (const [path, envelope] of DIALECTS) {
        const answer = await call(gateway, { path, body: PLAIN_BODY });
        assert.equal(answer.status, 503, path);
        assert.match(answer.body.toString(), envelope, path);
        const parsed: unknown = JSON.parse(answer.body.toString());
        assert.ok(isObject(parsed));
      }
      await assertResponsive(gateway);
      resolve();
      assert.equal((await running).status, 200, "what runs is not touched");
      await configure(100);
      await eventually(
        async () => ((await call(gateway, { body: PLAIN_BODY })).status === 200 ? true : undefined),
        "a request that is served again",
        10_000,
      );
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
