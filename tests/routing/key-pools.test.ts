import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, describe, it } from "node:test";
import { makeKey, storeKey } from "../overflow/rig.ts";
import { json } from "../upstream/answer.ts";
import { ask, openRoutingBench, type RoutingBench, recordOf, session, textOf } from "./rig.ts";

const STORED = "sk-ant-api03-of-the-vault";
const CONFIG = `
anthropic:
  keys:
    - { name: a, key: "env:KEY_A", weight: 1 }
    - { name: ashas, key: "env:KEY_ASHA", for: [asha] }
`;
const GROQ = [
  "keys:",
  '  - { name: one, key: "env:KEY_ONE", weight: 3 }',
  '  - { name: two, key: "env:KEY_TWO" }',
];

describe("key pools", () => {
  let bench: RoutingBench;

  before(async () => {
    bench = await openRoutingBench({
      config: CONFIG,
      env: {
        KEY_A: "sk-ant-api03-a",
        KEY_ASHA: "sk-ant-api03-asha",
        KEY_ONE: "key-one",
        KEY_TWO: "key-two",
      },
      entries: { groq: GROQ },
    });
    await storeKey(bench.gateway, STORED);
  });
  after(async () => {
    await bench[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    bench.anthropic.reset();
    bench.script("groq", undefined);
  });

  const paidAtGroq = () => bench.others.groq.requests.map((seen) => seen.headers.authorization);
  const paid = () => bench.anthropic.requests.map((seen) => seen.header("x-api-key"));
  const inSession = (id: string = randomUUID()) => ({ "x-claude-code-session-id": id });

  it("S4-69 sessions are spread by weight, and each keeps its key", async () => {
    const from = paidAtGroq().length;
    const id = randomUUID();
    const token = session();
    for (let i = 0; i < 5; i += 1) {
      await ask(bench, "groq/llama", { token, headers: inSession(id) });
    }
    assert.equal(new Set(paidAtGroq().slice(from)).size, 1);
    const more = paidAtGroq().length;
    for (let i = 0; i < 60; i += 1) await ask(bench, "groq/llama", { token, headers: inSession() });
    const ones = paidAtGroq()
      .slice(more)
      .filter((field) => field === "Bearer key-one").length;
    // 45 are expected; below 25 or above 59 is less likely than one in a million.
    assert.ok(ones >= 25 && ones < 60, `${ones} of 60`);
  });

  it("S4-69 a key that is refused is rotated, and the caller sees nothing of it", async () => {
    const token = session();
    const from = paidAtGroq().length;
    const refused = { status: 401, json: { error: { message: "no" } } };
    bench.script("groq", () => (bench.others.groq.requests.length === from + 1 ? refused : SAID));
    const answer = await ask(bench, "groq/llama", { token });
    assert.equal(answer.status, 200, answer.body.toString());
    assert.equal(new Set(paidAtGroq().slice(from)).size, 2);
    assert.equal(answer.headers["x-spillway-upstream-mode"], "byok");
    const { candidates } = await recordOf(bench, answer);
    assert.deepEqual(new Set(candidates), new Set(["groq/llama key one", "groq/llama key two"]));
  });

  it("S4-69 the stored key is one of Anthropic's pool, and a limit of one is not the others'", async () => {
    const key = await makeKey(bench.gateway, { principal: "ben" });
    const limited = json(429, { type: "error", error: { type: "rate_limit_error", message: "x" } });
    bench.anthropic.queue(() => true, limited);
    const answer = await ask(bench, "claude-opus-4-8", {
      headers: { "x-spillway-key": key.secret },
    });
    assert.equal(answer.status, 200, answer.body.toString());
    assert.equal(textOf(answer), "Anthropic's.");
    assert.deepEqual(new Set(paid()), new Set([STORED, "sk-ant-api03-a"]));
  });

  it("S3-60 whoever has a key kept for them uses that alone", async () => {
    const key = await makeKey(bench.gateway, { principal: "asha" });
    for (let i = 0; i < 6; i += 1) {
      await ask(bench, "claude-opus-4-8", { headers: { "x-spillway-key": key.secret } });
    }
    assert.deepEqual(new Set(paid()), new Set(["sk-ant-api03-asha"]));
  });

  it("names no key of the pool to anybody", async () => {
    const out = bench.gateway.stdout() + bench.gateway.stderr();
    for (const secret of ["key-one", "key-two", "sk-ant-api03-a", STORED]) {
      assert.ok(!out.includes(secret));
    }
  });
});

const SAID = {
  json: {
    id: "chatcmpl-1",
    object: "chat.completion",
    model: "llama",
    choices: [{ index: 0, message: { role: "assistant", content: "ok" }, finish_reason: "stop" }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  },
};
