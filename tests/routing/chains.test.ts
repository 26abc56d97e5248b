import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { assertGatewayError, call, type HttpAnswer } from "../fault/rig.ts";
import { makeKey, storeKey } from "../overflow/rig.ts";
import { failure, unifiedHeaders } from "../upstream/answer.ts";
import type { RecordedRequest } from "../upstream/recorded-request.ts";
import { isObject } from "../upstream/request-kind.ts";
import {
  type Ask,
  ask,
  OTHERS,
  openRoutingBench,
  type RoutingBench,
  recordOf,
  session,
  textOf,
} from "./rig.ts";

const STORED = "sk-ant-api03-of-the-organisation";
const CONFIG = (anthropic: string): string => `
overflow: { memory: on }
residency:
  endpoints:
    - { url: "${anthropic}", place: eu, guarantee: contract, source: a page, verified: 2026-11-01 }
prices:
  - { model: openrouter/there, input: "1", output: "2" }
  - { model: openrouter/dear, input: "5", output: "9" }
  - { model: groq/cheap, input: "0.1", output: "0.2" }
routing:
  hold: 2s
  models:
    coding:
      targets:
        - { model: claude-opus-4-8, pays: session }
        - { model: claude-opus-4-8, pays: key }
        - openrouter/there
    turns: { strategy: round_robin, targets: [groq/cheap, openrouter/there] }
    frugal: { strategy: price, targets: [openrouter/dear, groq/unpriced, groq/cheap, openrouter/there] }
    drawn: { strategy: weighted, targets: [{ model: groq/cheap, weight: 0 }, { model: openrouter/there, weight: 5 }] }
    unlucky: { targets: [groq/cheap, claude-opus-4-8] }
  fallbacks:
    groq/cheap: [openrouter/there]
    claude-sonnet-4-6: [coding, groq/cheap]
`;

const fullPlan = failure(
  429,
  "the plan is full",
  unifiedHeaders({ status: "rejected", fiveHour: 1 }),
);
const busy = failure(529, "busy");

describe("chains", () => {
  let bench: RoutingBench;
  let known: Readonly<Record<string, number>> = {};

  before(async () => {
    bench = await openRoutingBench({ config: CONFIG });
    await storeKey(bench.gateway, STORED);
  });
  after(async () => {
    await bench[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    bench.anthropic.reset();
    for (const other of OTHERS) bench.script(other, undefined);
    known = bench.seen();
  });

  /** How many requests each has had since the test began. */
  const tried = () =>
    Object.fromEntries(
      Object.entries(bench.seen()).flatMap(([name, count]) => {
        const more = count - (known[name] ?? 0);
        return more > 0 ? [[name, more]] : [];
      }),
    );
  const isSession = (seen: RecordedRequest) => seen.header("authorization") !== undefined;
  const isKey = (seen: RecordedRequest) => seen.header("x-api-key") === STORED;
  const modeOf = ({ headers }: HttpAnswer) => headers["x-spillway-upstream-mode"];
  const askOk = async (model: string, how: Ask) => {
    const answer = await ask(bench, model, how);
    assert.equal(answer.status, 200, answer.body.toString());
    return answer;
  };

  describe("S0-43, X-T2: subscription, then key, then OpenRouter, without a header", () => {
    it("the subscription pays while it has room", async () => {
      const answer = await askOk("coding", { token: session() });
      assert.equal(modeOf(answer), "passthrough");
      assert.deepEqual(tried(), { anthropic: 1 });
      const { record, candidates } = await recordOf(bench, answer);
      assert.deepEqual(candidates, [
        "anthropic/claude-opus-4-8 session",
        "anthropic/claude-opus-4-8 key team",
        "openrouter/there key configuration",
      ]);
      assert.equal(record["book"], "subscription");
      assert.equal(record["sent_model"], "claude-opus-4-8");
    });

    it("the key pays when it is full, as an overflow, and at once the next time", async () => {
      const token = session();
      bench.anthropic.on(isSession, fullPlan);
      const answer = await askOk("coding", { token });
      assert.equal(modeOf(answer), "byok-overflow");
      assert.deepEqual(tried(), { anthropic: 2 });
      const { record } = await recordOf(bench, answer);
      assert.equal(record["book"], "overflow");
      assert.equal(record["billing_owner"], "local/anthropic/team");
      const next = await askOk("coding", { token });
      assert.deepEqual(tried(), { anthropic: 3 });
      const { refused } = await recordOf(bench, next);
      assert.match(refused[0]?.reason ?? "", /^the session is full until /);
    });

    it("OpenRouter answers when both are of no use, and its own prices hold", async () => {
      bench.anthropic.on(isSession, fullPlan);
      bench.anthropic.on(isKey, busy);
      const answer = await askOk("coding", { token: session() });
      assert.equal(textOf(answer), "From openrouter.");
      assert.equal(answer.headers["x-spillway-provider"], "openrouter");
      assert.equal(modeOf(answer), "fallback");
      const { record } = await recordOf(bench, answer);
      assert.equal(record["sent_model"], "there");
      assert.equal(record["billing_owner"], "local/openrouter/configuration");
      assert.equal(record["book"], "overflow");
      assert.equal(record["provider"], "openrouter");
      const usage = await bench.gateway.api("/me/usage?by=provider");
      assert.ok(isObject(usage) && Array.isArray(usage["groups"]));
      const groups = usage["groups"].filter(isObject);
      const billed = groups.find(({ group }) => group === "openrouter");
      assert.equal(billed?.["cost_nano_usd"], 1_200_000, "S4-55: by who sends the bill");
      // 1,000 tokens at 1 dollar for a million, and 100 at 2.
      assert.equal(record["cost_nano_usd"], 1_200_000);
    });

    it("whoever has no subscription begins with the key", async () => {
      const key = await makeKey(bench.gateway);
      const answer = await askOk("coding", { headers: { "x-spillway-key": key.secret } });
      assert.equal(modeOf(answer), "byok");
      const { record, refused } = await recordOf(bench, answer);
      assert.equal(record["book"], "api");
      assert.deepEqual(
        refused.map(({ place }) => place),
        ["claude-opus-4-8 session"],
      );
    });

    it("the overflow's cap is above what the key pays, and the plan's answer is what is left", async () => {
      const key = await makeKey(bench.gateway, { budget: "0.000001/day" });
      bench.anthropic.on(isSession, fullPlan);
      const answer = await ask(bench, "coding", {
        token: session(),
        headers: { "x-spillway-key": key.secret },
      });
      assert.equal(answer.status, 429);
      assert.deepEqual(tried(), { anthropic: 1 });
    });
  });

  it("S3-24, S4-21 goes to the next when the first is down, and records who answered", async () => {
    bench.script("groq", () => ({ status: 503, json: { error: { message: "down" } } }));
    const answer = await askOk("groq/cheap", { token: session() });
    assert.equal(textOf(answer), "From openrouter.");
    assert.equal(modeOf(answer), "fallback");
    assert.match(answer.body.toString(), /"model":"groq\/cheap"/);
    const { record, candidates } = await recordOf(bench, answer);
    assert.deepEqual(candidates, [
      "groq/cheap key configuration",
      "openrouter/there key configuration",
    ]);
    assert.equal(record["sent_model"], "there");
    assert.equal(record["book"], "api");
  });

  it("S4-21 a request that is wrong is wrong everywhere", async () => {
    bench.script("groq", () => ({ status: 400, json: { error: { message: "no such field" } } }));
    const answer = await ask(bench, "groq/cheap", { token: session() });
    assert.equal(answer.status, 400);
    assert.equal(tried()["openrouter"], undefined);
  });

  it("S3-17 a virtual model in a chain has all its targets tried", async () => {
    bench.anthropic.on(() => true, busy);
    bench.script("openrouter", () => ({ status: 500, json: { error: { message: "down" } } }));
    const answer = await askOk("claude-sonnet-4-6", { token: session() });
    assert.equal(textOf(answer), "From groq.");
  });

  it("X-F4 a request's own list takes the place of the operator's", async () => {
    bench.script("groq", () => ({ status: 503, json: { error: { message: "down" } } }));
    const headers = { "x-spillway-fallbacks": "openai/other, openrouter/there" };
    const answer = await askOk("groq/cheap", { token: session(), headers });
    assert.equal(textOf(answer), "From openai.");
    const wrong = { "x-spillway-fallbacks": "nobody" };
    const refused = await ask(bench, "groq/cheap", { token: session(), headers: wrong });
    assertGatewayError(refused, 400, "invalid_header");
  });

  it("X-F4 a key's list binds every member of a chain", async () => {
    const key = await makeKey(bench.gateway, { models: ["groq/*"] });
    bench.script("groq", () => ({ status: 503, json: { error: { message: "down" } } }));
    const answer = await ask(bench, "groq/cheap", { headers: { "x-spillway-key": key.secret } });
    assert.ok(answer.status >= 500, answer.body.toString());
    assert.equal(tried()["openrouter"], undefined);
    const { refused } = await recordOf(bench, answer);
    assert.match(
      refused[0]?.reason ?? "",
      /^openrouter\/there, which .* not one that this key allows/,
    );
  });

  it("R17 each place is judged by its own origin", async () => {
    const headers = { "x-spillway-data-policy": "eu_only" };
    const answer = await askOk("unlucky", { token: session(), headers });
    assert.deepEqual(tried(), { anthropic: 1 });
    const { record, refused } = await recordOf(bench, answer);
    assert.match(refused[0]?.reason ?? "", /eu_only forbids/);
    // The upstream's own word does not bear out the operator's, which is an alarm and no refusal.
    assert.equal(record["residency"], "eu_only; eu; served in global");
    const nowhere = await ask(bench, "turns", { token: session(), headers });
    assertGatewayError(nowhere, 403, "residency_refused");
  });

  it("round robin takes turns, S3-50 price takes the cheapest, X-F4 weighted the drawn one", async () => {
    const token = session();
    const providers: unknown[] = [];
    for (let i = 0; i < 4; i += 1) {
      providers.push((await askOk("turns", { token })).headers["x-spillway-provider"]);
    }
    const [first, second] = providers;
    assert.deepEqual(new Set([first, second]), new Set(["groq", "openrouter"]));
    assert.deepEqual(providers.slice(2), [first, second]);
    const { candidates } = await recordOf(bench, await askOk("frugal", { token }));
    assert.deepEqual(
      candidates.map((each) => each.split(" ")[0]),
      ["groq/cheap", "openrouter/there", "openrouter/dear", "groq/unpriced"],
    );
    const drawn = await askOk("drawn", { token });
    assert.equal(drawn.headers["x-spillway-provider"], "openrouter");
  });

  it("counts tokens where the request would go", async () => {
    const path = "/v1/messages/count_tokens";
    const answer = await ask(bench, "groq/cheap", { token: session(), path });
    assert.equal(answer.status, 200, answer.body.toString());
    assert.match(answer.body.toString(), /"input_tokens":\d+/);
  });

  it("X-T2, S3-20 lists show virtual models, to a key those that it allows", async () => {
    const idsOf = async (headers: Readonly<Record<string, string>>) => {
      const answer = await call(bench.gateway, { method: "GET", path: "/v1/models", headers });
      const { data } = JSON.parse(answer.body.toString());
      assert.ok(Array.isArray(data), answer.body.toString());
      return data.map((model: unknown) => (isObject(model) ? String(model["id"]) : ""));
    };
    const all = await idsOf({
      authorization: `Bearer ${session()}`,
      "anthropic-version": "2023-06-01",
    });
    for (const name of ["coding", "turns"])
      assert.ok(
        all.some((id) => id.endsWith(name)),
        all.join(" "),
      );
    const key = await makeKey(bench.gateway, { models: ["coding"] });
    const some = await idsOf({ "x-spillway-key": key.secret, "anthropic-version": "2023-06-01" });
    assert.deepEqual(some, ["claude-spillway-coding"]);
  });
});
