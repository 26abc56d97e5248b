import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { assertGatewayError } from "../fault/rig.ts";
import { makeKey } from "../overflow/rig.ts";
import { isObject } from "../upstream/request-kind.ts";
import {
  ask,
  keyOf,
  openRoutingBench,
  type RoutingBench,
  recordOf,
  session,
  textOf,
} from "./rig.ts";

const CONFIG = `
routing:
  unknown: refuse
  aliases: { fast: groq/llama-4, quick: fast, best: claude-opus-4-8 }
  tiers: { haiku: openai/gpt-x, sonnet: openrouter/sonnet-there }
  models:
    coding: { targets: [groq/llama-4, openrouter/qwen] }
  fallbacks:
    openai/gpt-down: [groq/llama-4]
    claude-opus-4-8: [coding]
`;

describe("names", () => {
  let bench: RoutingBench;
  let before_: Readonly<Record<string, number>> = {};

  before(async () => {
    bench = await openRoutingBench({ config: CONFIG });
  });
  after(async () => {
    await bench[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    before_ = bench.seen();
  });

  /** Who was asked, and for which model. */
  function asked(): readonly string[] {
    const { anthropic, others } = bench;
    const all = [
      ...anthropic.requests
        .slice(before_["anthropic"] ?? 0)
        .map((seen) => ["anthropic", seen.json()] as const),
      ...Object.entries(others).flatMap(([other, { requests }]) =>
        requests
          .slice(before_[other] ?? 0)
          .map((seen) => [other, JSON.parse(seen.body.toString())] as const),
      ),
    ];
    return all.map(([other, body]) => `${other} ${isObject(body) ? String(body["model"]) : ""}`);
  }

  // Requirement, what the client writes, who is asked for what.
  const table: readonly (readonly [string, string, string])[] = [
    ["an alias", "fast", "groq llama-4"],
    ["an alias of an alias", "quick", "groq llama-4"],
    ["an alias of one of Anthropic's", "best", "anthropic claude-opus-4-8"],
    ["an alias in Claude Code's picker", "claude-spillway-fast", "groq llama-4"],
    ["the large window is the client's own mark", "fast[1m]", "groq llama-4"],
    ["S4-19, S4-06: a tier", "claude-haiku-4-5-20251001", "openai gpt-x"],
    ["S4-19: whatever the version", "claude-3-5-haiku-20241022", "openai gpt-x"],
    ["S4-19: and whatever the window", "claude-sonnet-4-6[1m]", "openrouter sonnet-there"],
    ["S4-20: a tier's own name", "haiku", "openai gpt-x"],
    ["S4-20: a tier that is not pinned", "claude-opus-4-7", "anthropic claude-opus-4-7"],
    ["X-T2: a virtual model", "coding", "groq llama-4"],
    ["an explicit id is what it says", "openrouter/haiku-claude", "openrouter haiku-claude"],
    ["S3-52: dots", "claude-opus-4.7", "anthropic claude-opus-4-7"],
    ["S3-52: a prefix and dots", "anthropic/claude-opus-4.7", "anthropic claude-opus-4-7"],
  ];
  for (const [what, model, expected] of table) {
    it(`${what}: ${model} is ${expected}`, async () => {
      const answer = await ask(bench, model, { token: session() });
      assert.equal(answer.status, 200, answer.body.toString());
      assert.deepEqual(asked(), [expected]);
    });
  }

  it("answers under the name that was asked for, and records both", async () => {
    const answer = await ask(bench, "quick", { token: session() });
    assert.match(answer.body.toString(), /"model":"quick"/);
    assert.equal(answer.headers["x-spillway-provider"], "groq");
    assert.equal(answer.headers["x-spillway-upstream-mode"], "byok");
    const { record, steps, candidates } = await recordOf(bench, answer);
    assert.deepEqual(steps, ["alias quick is fast", "alias fast is groq/llama-4"]);
    assert.deepEqual(candidates, ["groq/llama-4 key configuration"]);
    assert.equal(record["requested_model"], "quick");
    assert.equal(record["sent_model"], "llama-4");
    assert.equal(record["billing_owner"], "local/groq/configuration");
  });

  it("keeps the caller's own credential out of what another provider gets", async () => {
    const token = session();
    await ask(bench, "claude-haiku-4-5", { token });
    const seen = bench.others.openai.requests.at(-1);
    assert.equal(seen?.headers.authorization, `Bearer ${keyOf("openai")}`);
    assert.ok(!JSON.stringify(seen?.headers).includes(token));
  });

  it("S3-52: a name that nobody knows is answered with the nearest ones", async () => {
    const cases = [
      ["fats", "fast"],
      ["codding", "coding"],
      ["grok/llama-4", "groq"],
    ] as const;
    for (const [model, meant] of cases) {
      const answer = await ask(bench, model, { token: session() });
      assertGatewayError(answer, 404, "model_unknown");
      if (meant !== "groq") assert.match(textOf(answer), new RegExp(`Did you mean .*${meant}`));
    }
    assert.deepEqual(asked(), []);
  });

  it("a key's list is asked for the name that is written, which then allows what it stands for", async () => {
    const key = await makeKey(bench.gateway, { models: ["fast", "claude-*"] });
    const headers = { "x-spillway-key": key.secret };
    const allowed = await ask(bench, "fast", { headers });
    assert.equal(allowed.status, 200, allowed.body.toString());
    assertGatewayError(await ask(bench, "coding", { headers }), 403, "model_not_allowed");
    const pinned = await ask(bench, "claude-haiku-4-5", { headers });
    assertGatewayError(pinned, 403, "model_not_allowed");
    assert.match(textOf(pinned), /openai\/gpt-x/);
  });
});
