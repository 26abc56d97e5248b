import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { call, eventually } from "../fault/rig.ts";
import { control } from "../overflow/rig.ts";
import { failure, json, message } from "../upstream/answer.ts";
import { text } from "../upstream/messages.ts";
import { isObject } from "../upstream/request-kind.ts";
import {
  answering,
  ask,
  type Bench,
  bodyFor,
  counted,
  isProbe,
  limits,
  line,
  lines,
  openBench,
  session,
  tell,
} from "./rig.ts";

const SOON = { PROBE_INTERVAL_MS: "300" };
const NEVER = { PROBE_INTERVAL_MS: "3600000" };

const probesOf = ({ anthropic }: Bench) => anthropic.requests.filter(isProbe);

async function serverOf(bench: Bench, token: string, model?: string): Promise<string> {
  const before = bench.litellm.requests.length;
  const answer = await ask(bench, { token, ...(model === undefined ? {} : { model }) });
  assert.equal(answer.status, 200, answer.body.toString());
  return bench.litellm.requests.length > before ? "litellm" : "anthropic";
}

const transitions = (bench: Bench) => lines(bench, "mode transition:");

describe("a plan that is nearly full", () => {
  it("S1-103, S1-105, S1-107, S1-112: is spared, asked about, and used again, each told once", async () => {
    await using bench = await openBench({ env: SOON });
    const token = session();
    bench.anthropic.on(isProbe, counted(9, { fiveHour: 0.86, sevenDay: 0.1 }));
    await tell(bench, token, { fiveHour: 0.91, sevenDay: 0.1 });
    for (let i = 0; i < 3; i += 1) assert.equal(await serverOf(bench, token), "litellm");
    assert.match(
      JSON.stringify(await bench.gateway.api("/me/quota")),
      /"redirect":\{"to":"litellm","since":"[^"]+","until":"[^"]+","reason":"5h at 91%"\}/,
    );
    const probe = await bench.anthropic.waitForRequest(isProbe);
    assert.equal(`${probe.method} ${probe.target}`, "POST /v1/messages/count_tokens");
    assert.deepEqual(probe.json(), {
      model: "claude-haiku-4-5",
      messages: [{ role: "user", content: "." }],
    });
    assert.deepEqual(probe.headers("authorization"), [`Bearer ${token}`]);
    assert.deepEqual(probe.headers("x-api-key"), []);
    assert.equal(probe.header("anthropic-version"), "2023-06-01");
    await line(bench, /^\[proxy\] probe: 200 5h=86% 7d=10% overage=0% mode=litellm->litellm$/);
    assert.equal(await serverOf(bench, token), "litellm");
    bench.anthropic.on(isProbe, counted(9, { fiveHour: 0.84, sevenDay: 0.1 }));
    await line(bench, /^\[proxy\] probe: 200 5h=84% 7d=10% overage=0% mode=litellm->anthropic$/);
    bench.anthropic.on("plain", answering({ fiveHour: 0.84, sevenDay: 0.1 }));
    assert.equal(await serverOf(bench, token), "anthropic");
    assert.deepEqual(transitions(bench), [
      "[proxy] mode transition: anthropic -> litellm (5h=91%, 7d=10%, overage=0%)",
      "[proxy] mode transition: litellm -> anthropic (5h=84%, 7d=10%, overage=0%)",
    ]);
    const asked = probesOf(bench).length;
    await sleep(900);
    assert.equal(probesOf(bench).length, asked, "nothing is asked about a plan that is used");
  });

  it("returns exactly at the reset, whatever the probe says", async () => {
    await using bench = await openBench({ env: SOON });
    const token = session();
    const resetsAt = Math.ceil(Date.now() / 1_000) + 3;
    bench.anthropic.on(isProbe, failure(401, "expired"));
    await tell(bench, token, { sevenDay: 0.95, resetsAt });
    assert.equal(await serverOf(bench, token), "litellm");
    await line(bench, /^\[proxy\] probe: status 401 \(failures=1\)$/);
    await eventually(() => (Date.now() >= resetsAt * 1_000 ? true : undefined), "the reset", 8_000);
    assert.equal(await serverOf(bench, token), "anthropic");
    await line(bench, /^\[proxy\] mode transition: litellm -> anthropic /);
    assert.equal(transitions(bench).length, 2);
  });

  it("C-08, S1-113: asks with a message where a count tells no limits", async () => {
    await using bench = await openBench({ env: SOON });
    const token = session();
    bench.anthropic.on(isProbe, (request, serial) =>
      (request.target === "/v1/messages"
        ? answering({ fiveHour: 0.1 })
        : json(200, { input_tokens: 9 }))(request, serial),
    );
    await tell(bench, token, { fiveHour: 0.95 });
    await line(bench, /^\[proxy\] mode transition: litellm -> anthropic /);
    const [count, asked, ...more] = probesOf(bench);
    assert.equal(count?.target, "/v1/messages/count_tokens");
    assert.deepEqual(asked?.json(), {
      model: "claude-haiku-4-5",
      max_tokens: 1,
      messages: [{ role: "user", content: "." }],
    });
    assert.deepEqual(more, []);
    assert.equal(lines(bench, "probe: count_tokens tells no limits").length, 1);
  });

  it("S1-036, S1-037, S1-038, S1-123: asks with the key and the model that are configured", async () => {
    const key = "sk-ant-api03-for-probes";
    await using bench = await openBench({
      env: { ...SOON, ANTHROPIC_API_KEY_FOR_PROBES: key, PROBE_MODEL: "claude-probe" },
    });
    const token = session();
    bench.anthropic.on(isProbe, counted(9, { fiveHour: 0.95 }));
    await tell(bench, token, { fiveHour: 0.95 });
    const probe = await bench.anthropic.waitForRequest(isProbe);
    assert.deepEqual(probe.headers("x-api-key"), [key]);
    assert.deepEqual(probe.headers("authorization"), []);
    assert.ok(isObject(probe.json()) && JSON.stringify(probe.json()).includes("claude-probe"));
    assert.ok(!bench.gateway.stdout().includes(key));
  });

  it("S1-108: asks with the session's own token, in whichever field it came, and never with a key of the Console", async () => {
    await using bench = await openBench({ env: SOON });
    const token = session();
    const inKeyField = { "anthropic-version": "2023-06-01", "x-api-key": token };
    const send = async (headers: Readonly<Record<string, string>>) =>
      await call(bench.gateway, {
        path: "/v1/messages",
        headers,
        body: bodyFor("claude-opus-4-8"),
      });
    bench.anthropic.on(isProbe, counted(9, { fiveHour: 0.95 }));
    bench.anthropic.queue("plain", answering({ fiveHour: 0.95 }));
    await send(inKeyField);
    assert.equal((await send(inKeyField)).headers["x-spillway-provider"], "litellm");
    const key = "sk-ant-api03-of-the-console";
    bench.anthropic.queue("plain", answering({ fiveHour: 0.95 }));
    for (let i = 0; i < 2; i += 1) {
      const answer = await send({ ...inKeyField, "x-api-key": key });
      assert.equal(answer.headers["x-spillway-provider"], "anthropic");
    }
    const before = probesOf(bench).length;
    const probes = await eventually(() => {
      const all = probesOf(bench);
      return all.length >= before + 2 ? all : undefined;
    }, "two more probes");
    for (const probe of probes) {
      assert.deepEqual(probe.headers("authorization"), [`Bearer ${token}`]);
      assert.deepEqual(probe.headers("x-api-key"), []);
    }
  });

  it("S1-031, X-R6: has no substitute for a tier whose variable is empty, and none is asked", async () => {
    await using bench = await openBench({ env: { ...NEVER, LITELLM_FALLBACK_OPUS: "" } });
    const token = session();
    await tell(bench, token, { overage: 0.79 });
    assert.equal(await serverOf(bench, token, "claude-opus-4-8"), "anthropic");
    await tell(bench, token, { overage: 0.8 });
    const asked = bench.anthropic.requests.length;
    for (const path of ["/v1/messages", "/v1/messages/count_tokens"]) {
      const answer = await ask(bench, { token, path });
      assert.equal(answer.status, 500);
      assert.match(answer.body.toString(), /LITELLM_FALLBACK_OPUS/);
      assert.equal(answer.headers["x-should-retry"], "false");
    }
    assert.equal(bench.anthropic.requests.length, asked);
    assert.equal(bench.litellm.requests.length, 0);
    assert.equal(await serverOf(bench, token, "claude-sonnet-4-6"), "litellm");
  });

  it("S1-032 to S1-035: takes its percentages from the environment", async () => {
    await using bench = await openBench({
      env: { ...NEVER, REDIRECT_AT_5H_PCT: "50", REDIRECT_AT_7D_PCT: "60", HYSTERESIS_PCT: "10" },
    });
    for (const [windows, server] of [
      [{ fiveHour: 0.49 }, "anthropic"],
      [{ fiveHour: 0.5 }, "litellm"],
      [{ sevenDay: 0.59 }, "anthropic"],
      [{ sevenDay: 0.6 }, "litellm"],
    ] as const) {
      const token = session();
      await tell(bench, token, windows);
      assert.equal(await serverOf(bench, token), server, JSON.stringify(windows));
    }
  });

  it("waits for a reset that is near", async () => {
    await using bench = await openBench({ env: NEVER, config: "redirect: { preferWait: 10m }" });
    const token = session();
    const inSeconds = (seconds: number) => Math.floor(Date.now() / 1_000) + seconds;
    await tell(bench, token, { fiveHour: 0.99, resetsAt: inSeconds(500) });
    bench.anthropic.on("plain", answering({ fiveHour: 0.99, resetsAt: inSeconds(700) }));
    assert.equal(await serverOf(bench, token), "anthropic");
    assert.equal(await serverOf(bench, token), "litellm");
  });

  it("is used all the same where a policy does not let the content go elsewhere", async () => {
    await using bench = await openBench({
      env: NEVER,
      config: (url) =>
        `residency: { policy: us_only, endpoints: [{ url: "${url}", place: us, guarantee: a test, source: here, verified: 2026-11-25 }] }`,
    });
    const token = session();
    bench.anthropic.queue("plain", answering({ fiveHour: 0.95 }));
    for (let i = 0; i < 2; i += 1) {
      const answer = await ask(bench, { token });
      assert.equal(answer.status, 200, answer.body.toString());
      assert.equal(answer.headers["x-spillway-provider"], "anthropic");
    }
    assert.equal(bench.litellm.requests.length, 0);
    assert.equal((await ask(bench, { token, model: "gpt-5" })).status, 403);
  });

  it("is known again after a restart", async () => {
    await using first = await openBench({ env: NEVER });
    const { dataDir } = first.gateway;
    const token = session();
    const resetsAt = Math.floor(Date.now() / 1_000) + 3_600;
    await tell(first, token, { sevenDay: 0.95, resetsAt });
    await first.gateway.stop();
    await using second = await openBench({ env: NEVER, dataDir });
    assert.equal(await serverOf(second, token), "litellm");
    assert.equal(second.anthropic.requests.length, 0);
  });

  it("X-R3: tells all limits of the first answer once, and once of a message's answer without", async () => {
    await using bench = await openBench({ env: NEVER });
    const token = session();
    bench.anthropic.on((seen) => seen.target.startsWith("/api/"), json(200, {}));
    assert.equal((await ask(bench, { token, path: "/api/event_logging/batch" })).status, 200);
    const told = [...limits({ fiveHour: 0.3 }), "anthropic-ratelimit-unified-echo", token];
    for (const fields of [[], told, told, []]) {
      bench.anthropic.queue("plain", message({ content: [text("ok")] }, {}, fields));
      assert.equal((await ask(bench, { token })).status, 200);
    }
    const said = (start: string) =>
      bench.gateway.stdout().match(new RegExp(`"msg":"${start}[^"]*`, "g")) ?? [];
    const [dump = ""] = await eventually(() => {
      const found = said("all rate-limit headers \\(first response\\):");
      return found.length > 0 ? found : undefined;
    }, "the limits");
    assert.match(dump, /\\n {2}anthropic-ratelimit-unified-5h-utilization: 0\.3\\n/);
    assert.match(dump, /\\n {2}anthropic-ratelimit-unified-echo: \*+$/);
    assert.equal(said("all rate-limit headers").length, 1);
    assert.equal(said("The answer to a message had no unified-utilization headers").length, 1);
    assert.ok(!bench.gateway.stdout().includes(token));
  });

  it("X-R1: says at its start what is on, once for each account what changed, and counts its probes", async () => {
    await using bench = await openBench({ env: SOON });
    bench.anthropic.on(isProbe, counted(9, { fiveHour: 0.95 }));
    await tell(bench, session(), { fiveHour: 0.95 });
    await line(bench, /^\[proxy\] probe: 200 /);
    const page = await call(bench.gateway, { method: "GET", path: "/metrics" });
    assert.match(page.body.toString(), /^spillway_quota_probes_total\{outcome="told"\} [1-9]/m);
    await line(bench, /^\[proxy\] Listening on 127\.0\.0\.1:\d+ -> 127\.0\.0\.1:\d+$/);
    await line(
      bench,
      /^\[proxy\] feature: litellm-fallback enabled \(url=http:\/\/127\.0\.0\.1:\d+\)$/,
    );
    await line(
      bench,
      /^\[proxy\] feature: composer enabled \(url=http:\/\/127\.0\.0\.1:\d+\/opencodev2\/v1\)$/,
    );
    await line(bench, /^\[proxy\] NOTE: /);
  });
});

describe("a plan that is full, with a stored key behind it", () => {
  const config = "overflow: { mode: overflow }";

  async function openStored(env: Readonly<Record<string, string>>): Promise<Bench> {
    const bench = await openBench({ env: { ...NEVER, ...env }, config });
    const stored = { key: "sk-ant-api03-stored", label: "team", overflow: true };
    const answer = await control(bench.gateway, "PUT", "/me/byok/anthropic", stored);
    assert.equal(answer.status, 200, answer.text);
    return bench;
  }

  it("goes on elsewhere at the threshold, and to the key at the wall", async () => {
    await using bench = await openStored({});
    const full = session();
    await tell(bench, full, { fiveHour: 0.95 });
    assert.equal(await serverOf(bench, full), "litellm");
    const walled = session();
    bench.anthropic.queue("plain", failure(429, "full", limits({ fiveHour: 0.5 })));
    const answer = await ask(bench, { token: walled, body: bodyFor("claude-opus-4-8") });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["x-spillway-upstream-mode"], "byok-overflow");
    assert.equal(bench.anthropic.requests.at(-1)?.header("x-api-key"), "sk-ant-api03-stored");
  });
});
