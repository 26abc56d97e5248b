import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, before, describe, it } from "node:test";
import { failure, json, message, messageThenError, type Responder } from "../upstream/answer.ts";
import { text } from "../upstream/messages.ts";
import { isObject } from "../upstream/request-kind.ts";
import { type Ask, ask, openRoutingBench, type RoutingBench, recordOf, session } from "./rig.ts";

const CONFIG = `
budgets: { allowUnpriced: true }
routing:
  slowStart: { firstToken: 1s }
  models:
    keys: { targets: [groq/llama, openai/gpt-x] }
    dead: { targets: [groq/dead, openai/dead] }
  fallbacks:
    "*": [groq/llama-4, openrouter/qwen]
    openai/gpt-y: [claude-opus-4-8]
`;
const always = () => true;
const PRIMARY = message({ content: [text("primary!")] });

describe("failover through the program", () => {
  let bench: RoutingBench;
  let models = 0;
  /** One of its own, for what failed is known by the model. */
  const anotherModel = (): string => `claude-${++models}`;

  before(async () => {
    bench = await openRoutingBench({ config: CONFIG });
  });
  after(async () => await bench[Symbol.asyncDispose]());

  const asked = async (model: string, { body, ...more }: Ask = {}) => {
    const answer = await ask(bench, model, {
      token: session(),
      ...more,
      body: { stream: true, ...body },
    });
    const { record } = await recordOf(bench, answer);
    const attempts = Array.isArray(record["attempts"]) ? record["attempts"].filter(isObject) : [];
    return {
      answer,
      said: answer.body.toString(),
      outcomes: attempts.map(({ outcome }) => outcome),
      record,
    };
  };

  const BROKEN: readonly (readonly [string, Responder, string])[] = [
    ["529", failure(529, "Overloaded"), "failed_over"],
    ["500", failure(500, "boom"), "failed_over"],
    ["429 without windows", failure(429, "slow down"), "failed_over"],
    ["a reset", message({ content: [] }, { breakBeforeHead: "reset" }), "upstream_reset"],
    [
      "a reset in the first event",
      message({ content: [text("lost")] }, { resetAfterBytes: 60 }),
      "upstream_reset",
    ],
    [
      "a stall",
      message({ content: [text("lost")] }, { headDelayMs: 30_000 }),
      "upstream_slow_start",
    ],
    [
      "an error before any content",
      messageThenError({ content: [text("lost")] }, 1, {
        type: "overloaded_error",
        message: "Overloaded",
      }),
      "failed_over",
    ],
    [
      "an error inside of a 200",
      json(200, { type: "error", error: { type: "api_error", message: "lost" } }),
      "failed_over",
    ],
  ];
  for (const [name, responder, outcome] of BROKEN) {
    it(`S4-21 S3-24 answers from the next place after ${name}`, async () => {
      bench.anthropic.reset();
      bench.anthropic.on(always, responder);
      const { answer, said, outcomes, record } = await asked(anotherModel());
      assert.equal(answer.status, 200, said);
      assert.match(said, /From groq\./);
      assert.doesNotMatch(said, /lost|event: error/);
      assert.equal(said.match(/event: message_start/g)?.length, 1);
      assert.deepEqual(outcomes.slice(-2), [outcome, "ok"]);
      assert.equal(answer.headers["x-spillway-provider"], "groq");
      assert.equal(record["finish"], "complete");
    });
  }

  it("shows what the primary says as it says it, when nothing fails", async () => {
    bench.anthropic.reset();
    bench.anthropic.on(always, PRIMARY);
    const chained = await asked(anotherModel());
    const alone = await asked("claude-haiku-4-5");
    const normal = (said: string) => said.replaceAll(/msg_\w+|claude-[\w-]+/g, "");
    assert.equal(normal(chained.said), normal(alone.said));
    assert.deepEqual(chained.outcomes, ["ok"]);
  });

  it("R16: shows the primary's answer when every place fails", async () => {
    bench.anthropic.reset();
    bench.anthropic.on(always, failure(529, "the primary is overloaded", ["retry-after", "40"]));
    bench.script("groq", () => ({ status: 500, json: { error: { message: "groq is down" } } }));
    bench.script("openrouter", () => ({
      json: { error: { code: 429, message: "Provider returned error" } },
    }));
    const { answer, said, outcomes } = await asked(anotherModel());
    bench.script("groq", undefined);
    bench.script("openrouter", undefined);
    assert.equal(answer.status, 529);
    assert.match(said, /the primary is overloaded/);
    assert.equal(answer.headers["retry-after"], "40");
    assert.deepEqual(outcomes, ["failed_over", "failed_over", "ok"]);
  });

  it("shows the caller's own 401, and 400, and asks nobody else", async () => {
    for (const status of [400, 401, 403]) {
      bench.anthropic.reset();
      bench.anthropic.on(always, failure(status, "as it is"));
      const before_ = bench.others.groq.requests.length;
      const { answer, said } = await asked(anotherModel());
      assert.equal(answer.status, status);
      assert.match(said, /as it is/);
      assert.equal(bench.others.groq.requests.length, before_);
    }
  });

  it("S3-55 takes OpenRouter's error inside of a stream for what it is", async () => {
    bench.anthropic.reset();
    bench.anthropic.on(always, PRIMARY);
    bench.script("openai", () => ({
      sse: `data: ${JSON.stringify({ choices: [{ index: 0, delta: { role: "assistant", content: "" } }], error: { code: 502, message: "Provider returned error" } })}\n\n`,
    }));
    const { said, outcomes } = await asked("openai/gpt-y");
    bench.script("openai", undefined);
    assert.match(said, /primary!/);
    assert.deepEqual(outcomes, ["failed_over", "ok"]);
  });

  it("S4-69 goes on with the other key where one is dead, and leaves the dead one alone", async () => {
    bench.script("groq", () => ({
      status: 401,
      json: { error: { message: "Invalid API key", code: "invalid_api_key" } },
    }));
    const first = await asked("keys");
    assert.match(first.said, /From openai\./);
    const before_ = bench.others.groq.requests.length;
    const second = await asked("keys");
    assert.match(second.said, /From openai\./);
    assert.equal(bench.others.groq.requests.length, before_);
    const status = await bench.gateway.api("/me/status").catch(() => undefined);
    if (isObject(status)) assert.match(JSON.stringify(status["health"]), /"dead"/);
    const page = await (await fetch(`${bench.gateway.url}/metrics`)).text();
    assert.match(page, /spillway_unfit\{provider="groq",state="dead"\} 1/);
    bench.script("openai", () => ({ status: 403, json: { error: { message: "no" } } }));
    bench.script("openrouter", () => ({ status: 401, json: { error: { message: "no" } } }));
    const third = await asked("dead");
    bench.script("groq", undefined);
    bench.script("openrouter", undefined);
    bench.script("openai", undefined);
    assert.equal(third.answer.status, 502);
    assert.match(JSON.stringify(third.record), /upstream_credentials_exhausted/);
  });

  it("law: asks nobody else once content was shown, and the break is on record", async () => {
    bench.anthropic.reset();
    bench.anthropic.on(
      always,
      message({ content: [text("y".repeat(3_000))] }, { resetAfterBytes: 2_500 }),
    );
    const before_ = bench.others.groq.requests.length;
    const { answer, record } = await asked(anotherModel());
    assert.equal(answer.complete, false);
    assert.equal(record["finish"], "upstream_lost");
    assert.equal(bench.others.groq.requests.length, before_);
  });
});

describe("a primary that is not there", () => {
  it("S3-65 is asked by nobody after a while, and comes back", async () => {
    const probe = createServer();
    await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
    const address = probe.address();
    await new Promise((resolve) => probe.close(resolve));
    assert.ok(isObject(address));
    await using bench = await openRoutingBench({
      config: `
  down:
    kind: openai
    url: http://127.0.0.1:${String(address["port"])}/v1
    key: env:KEY_OF_OPENAI
routing:
  health: { pause: 500ms }
  models:
    m: { targets: [down/gpt-x, groq/llama-4] }
`,
    });
    for (let i = 0; i < 8; i += 1) {
      const answer = await ask(bench, "m", { token: session() });
      assert.equal(answer.status, 200, answer.body.toString());
    }
    const answer = await ask(bench, "m", { token: session() });
    const { refused } = await recordOf(bench, answer);
    assert.match(refused.map(({ reason }) => reason).join(), /failed too often/);
  });
});

describe("a burst while the primary fails", () => {
  for (const count of [4, 10, 40]) {
    it(`S3-65 shows none of ${count} at once a failure`, async () => {
      await using bench = await openRoutingBench({ config: CONFIG });
      bench.anthropic.on(always, failure(529, "Overloaded"));
      const answers = await Promise.all(
        Array.from({ length: count }, () => ask(bench, "claude-opus-4-8", { token: session() })),
      );
      assert.deepEqual(
        answers.map(({ status }) => status),
        answers.map(() => 200),
      );
      assert.ok(bench.anthropic.requests.length <= count);
      const page = await (await fetch(`${bench.gateway.url}/metrics`)).text();
      assert.match(page, /^spillway_repetitions 0$/m);
      assert.doesNotMatch(page, /^spillway_repetitions_denied_total [1-9]/m);
    });
  }
});
