import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, before, beforeEach, describe, it } from "node:test";
import type { Candidate } from "../../src/routing/candidate.ts";
import { PLAIN_BODY, STREAM_BODY } from "../fault/rig.ts";
import { failure, json, message, messageThenError, type Responder } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import { text } from "../upstream/messages.ts";
import { type Loop, openLoop, ownKey, type Run, session, storedKey } from "./loop.ts";

const FALLBACK = "fallback!";
const PRIMARY = "primary!";
const OVERLOADED: Responder = failure(529, "Overloaded", [], "overloaded_error");
const always = () => true;

describe("the attempt loop", () => {
  let loop: Loop;
  let primary: AnthropicUpstream;
  let fallback: AnthropicUpstream;
  let refusing: string;

  before(async () => {
    primary = await startAnthropicUpstream({ text: PRIMARY });
    fallback = await startAnthropicUpstream({ text: FALLBACK });
    refusing = await closedPort();
  });
  beforeEach(async () => {
    await loop?.[Symbol.asyncDispose]();
    loop = await openLoop();
    primary.reset();
    fallback.reset();
  });
  after(async () => {
    await loop[Symbol.asyncDispose]();
    await primary.close();
    await fallback.close();
  });

  const chain = (more: Partial<Candidate> = {}, url = primary.url): readonly Candidate[] => [
    loop.candidate("a", url, more),
    loop.candidate("b", fallback.url, { tryIf: "failed" }),
  ];
  const outcomes = ({ outcome }: Run) => outcome.attempts.map((each) => each.outcome);

  const CURED: readonly (readonly [string, Responder, string])[] = [
    ["529", OVERLOADED, "failed_over"],
    ["500", failure(500, "boom", [], "api_error"), "failed_over"],
    ["503", failure(503, "busy", [], "api_error"), "failed_over"],
    ["408", failure(408, "late", [], "timeout_error"), "failed_over"],
    ["429", failure(429, "slow down", [], "rate_limit_error"), "failed_over"],
    [
      "401 of a stored key",
      failure(401, "invalid x-api-key", [], "authentication_error"),
      "failed_over",
    ],
    ["402 of a stored key", failure(402, "no money", [], "billing_error"), "failed_over"],
    ["403 of a stored key", failure(403, "no", [], "permission_error"), "failed_over"],
    [
      "a reset before the head",
      message({ content: [] }, { breakBeforeHead: "reset" }),
      "upstream_reset",
    ],
    [
      "an end before the head",
      message({ content: [] }, { breakBeforeHead: "close" }),
      "upstream_reset",
    ],
    [
      "a reset before the first content",
      message({ content: [text("lost")] }, { resetAfterBytes: 40 }),
      "upstream_reset",
    ],
    [
      "an error event before any content",
      messageThenError({ content: [text("lost")] }, 1, {
        type: "overloaded_error",
        message: "Overloaded",
      }),
      "failed_over",
    ],
    [
      "an error instead of a stream",
      json(200, { type: "error", error: { type: "overloaded_error", message: "x" } }),
      "failed_over",
    ],
    [
      "OpenRouter's error inside of a 200",
      json(200, { error: { code: 502, message: "Provider returned error" } }),
      "failed_over",
    ],
    ["a page that is no answer", json(200, "sign in"), "failed_over"],
  ];
  for (const [name, responder, outcome] of CURED) {
    it(`X-F5 S4-21 asks the next candidate after ${name}`, async () => {
      primary.on(always, responder);
      const run = await loop.run(chain());
      assert.equal(run.answer.status, 200, run.answer.body.toString());
      assert.match(run.answer.body.toString(), /fallback!/);
      assert.doesNotMatch(run.answer.body.toString(), /event: error|lost/);
      assert.equal(run.answer.headers["x-from"], "b");
      assert.deepEqual(outcomes(run), [outcome, "ok"]);
      assert.equal(primary.requests.length, 1);
    });
  }

  it("R10 sends a body that is passed on as it comes once, whatever the answer", async () => {
    primary.on(always, failure(401, "invalid x-api-key", [], "authentication_error"));
    const filler = "x".repeat(2 ** 20);
    const body = JSON.stringify({ model: "claude-opus-5-5", stream: true, filler, messages: [] });
    const run = await loop.run(chain(), { body });
    assert.equal(run.answer.status, 403);
    assert.equal(primary.requests.length, 1);
    assert.equal(fallback.requests.length, 0);
  });

  it("X-F5 goes on to the next of a chain where a fallback only redirects", async () => {
    primary.on(always, OVERLOADED);
    fallback.on(always, () => ({
      status: 302,
      headers: ["location", "/elsewhere"],
      pieces: [Buffer.from("moved")],
      stream: false,
      delivery: {},
    }));
    const run = await loop.run([...chain(), loop.candidate("c", refusing, { tryIf: "failed" })]);
    assert.equal(run.answer.status, 529);
    assert.deepEqual(outcomes(run).slice(1), ["upstream_redirect", "upstream_unreachable"]);
    assert.equal(loop.budget.repeating, 0);
  });

  it("X-F5 asks the next candidate where nobody listens", async () => {
    const run = await loop.run(chain({}, refusing));
    assert.match(run.answer.body.toString(), /fallback!/);
    assert.deepEqual(outcomes(run), ["upstream_unreachable", "ok"]);
  });

  for (const status of [400, 404, 413, 422]) {
    it(`X-F5 shows ${status} as it is and asks nobody else`, async () => {
      primary.on(always, failure(status, "your fault", [], "invalid_request_error"));
      const run = await loop.run(chain());
      assert.equal(run.answer.status, status);
      assert.match(run.answer.body.toString(), /your fault/);
      assert.equal(fallback.requests.length, 0);
    });
  }

  for (const status of [401, 402, 403]) {
    it(`law 4: shows ${status} of the caller's own credential as it is`, async () => {
      primary.on(always, failure(status, "who are you", [], "authentication_error"));
      const run = await loop.run(chain({ credential: ownKey() }));
      assert.equal(run.answer.status, status);
      assert.match(run.answer.body.toString(), /who are you/);
      assert.equal(fallback.requests.length, 0);
      assert.deepEqual(loop.health.troubles(), []);
    });
  }

  it("asks the next candidate after the caller's own 429 and 529", async () => {
    for (const credential of [ownKey(), session()]) {
      for (const status of [429, 529]) {
        primary.queue(always, failure(status, "busy", [], "overloaded_error"));
        const run = await loop.run(chain({ credential }));
        assert.match(run.answer.body.toString(), /fallback!/);
      }
    }
  });

  it("R16: shows what the primary answered when all failed", async () => {
    primary.on(always, failure(529, "primary's", ["retry-after", "30"], "overloaded_error"));
    fallback.on(always, failure(500, "fallback's", [], "api_error"));
    const run = await loop.run(chain());
    assert.equal(run.answer.status, 529);
    assert.match(run.answer.body.toString(), /primary's/);
    assert.equal(run.answer.headers["retry-after"], "30");
    assert.equal(run.answer.headers["x-from"], "a");
    assert.equal(run.outcome.candidate.deployment.provider, "a");
  });

  it("R16: shows the primary's failure when all failed, also where a fallback refuses the request", async () => {
    fallback.on(always, failure(400, "fallback's", [], "invalid_request_error"));
    const run = await loop.run(chain({}, refusing));
    assert.equal(run.answer.status, 502);
    assert.equal(run.outcome.last.failure?.error.code, "upstream_unreachable");
  });

  it("X-F5 says that all keys are refused, and marks them", async () => {
    primary.on(always, failure(401, "bad key", [], "authentication_error"));
    fallback.on(always, failure(403, "bad key", [], "permission_error"));
    const run = await loop.run(chain());
    assert.equal(run.answer.status, 502);
    assert.equal(run.outcome.last.failure?.error.code, "upstream_credentials_exhausted");
    assert.deepEqual(
      loop.health.troubles().map(({ provider, owner, state }) => [provider, owner, state]),
      [
        ["a", "org/a/main", "dead"],
        ["b", "org/b/main", "dead"],
      ],
    );
  });

  it("S4-69 goes on with the second key of a provider whose first is dead", async () => {
    primary.on(
      (seen) => seen.header("x-api-key") === "sk-one",
      failure(401, "bad", [], "authentication_error"),
    );
    const keys = [
      loop.candidate("a", primary.url, { credential: storedKey("one") }),
      loop.candidate("a", primary.url, { credential: storedKey("two"), tryIf: "failed" }),
    ];
    const run = await loop.run(keys);
    assert.match(run.answer.body.toString(), /primary!/);
    assert.deepEqual(
      keys.map((candidate) => loop.health.fitness({ candidate, model: "claude-opus-5-5" })?.use),
      ["off", undefined],
    );
    await loop.run([loop.candidate("a", primary.url, { credential: storedKey("one", "sk-new") })]);
    assert.deepEqual(loop.health.troubles(), []);
  });

  it("keeps the overflow of a session before its chain", async () => {
    const list = (): readonly Candidate[] => [
      loop.candidate("a", primary.url, { credential: session() }),
      loop.candidate("a", primary.url, { tryIf: "session_full" }),
      loop.candidate("b", fallback.url, { tryIf: "failed" }),
    ];
    primary.on(
      (seen) => seen.header("x-api-key") === undefined,
      failure(429, "full", [], "rate_limit_error"),
    );
    const spilled = await loop.run(list(), { spills: true });
    assert.match(spilled.answer.body.toString(), /primary!/);
    primary.on(always, OVERLOADED);
    const moved = await loop.run(list(), { spills: true });
    assert.match(moved.answer.body.toString(), /fallback!/);
    primary.reset();
    primary.on(always, failure(401, "bad key", [], "authentication_error"));
    primary.on(
      (seen) => seen.header("x-api-key") === undefined,
      failure(429, "full", [], "rate_limit_error"),
    );
    fallback.on(always, OVERLOADED);
    const failed = await loop.run(list(), { spills: true });
    assert.equal(failed.answer.status, 403);
  });

  it("R5: holds the beginning while another candidate is left, and shows the same bytes", async () => {
    for (const body of [STREAM_BODY, PLAIN_BODY]) {
      primary.on(always, message({ content: [text("same ".repeat(50))] }, { splitEvery: 7 }));
      const alone = await loop.run([loop.candidate("a", primary.url)], { body });
      const chained = await loop.run(chain(), { body });
      assert.equal(
        chained.answer.body.toString().replaceAll(/0{4}\d+/g, ""),
        alone.answer.body.toString().replaceAll(/0{4}\d+/g, ""),
      );
      assert.equal(alone.outcome.last.heldMs, undefined);
      assert.notEqual(chained.outcome.last.heldMs, undefined);
    }
  });

  it("R5: lets a beginning go when the hold is over, and asks nobody else after that", async () => {
    const resume = Promise.withResolvers<void>();
    primary.on(
      always,
      message(
        { content: [text("late")] },
        { stallAfterBytes: 60, resume: resume.promise, pieceDelayMs: 0 },
      ),
    );
    const running = loop.run(chain(), { holdMs: 30 });
    await primary.waitForRequest(always);
    setTimeout(() => resume.resolve(), 300);
    const run = await running;
    assert.match(run.answer.body.toString(), /late/);
    assert.equal(fallback.requests.length, 0);
  });

  it("law: after the first content no other upstream is asked, and the break is seen", async () => {
    primary.on(always, message({ content: [text("x".repeat(2_000))] }, { resetAfterBytes: 1_500 }));
    const run = await loop.run(chain());
    assert.equal(run.answer.status, 200);
    assert.equal(run.answer.complete, false);
    assert.equal(fallback.requests.length, 0);
    assert.equal(run.outcome.last.committed, true);
  });

  it("gives a candidate up that says nothing, where that is asked for", async () => {
    primary.on(always, message({ content: [text("never")] }, { headDelayMs: 10_000 }));
    const run = await loop.run(chain(), { slowStartMs: 100 });
    assert.match(run.answer.body.toString(), /fallback!/);
    assert.deepEqual(outcomes(run), ["upstream_slow_start", "ok"]);
  });

  describe("rel:U-10", () => {
    const busy = (value: string) =>
      failure(429, "busy", ["retry-after", value], "rate_limit_error");

    for (const value of [
      "0",
      "1",
      "-1",
      "1e9",
      "1000000000",
      "soon",
      "Wed, 25 Nov 2026 19:00:00 GMT",
    ]) {
      it(`passes retry-after ${value} on unchanged where nothing else may answer`, async () => {
        primary.on(always, busy(value));
        const run = await loop.run([loop.candidate("a", primary.url)]);
        assert.equal(run.answer.status, 429);
        assert.equal(run.answer.headers["retry-after"], value);
        assert.equal(primary.requests.length, 1);
      });
    }

    it("waits a short retry-after out before it moves, once", async () => {
      primary.queue(always, busy("1"));
      const waited = await loop.run(chain());
      assert.match(waited.answer.body.toString(), /primary!/);
      assert.deepEqual(outcomes(waited), ["retried", "ok"]);
      const [first] = waited.outcome.turns;
      assert.deepEqual([first?.next, first?.pausedMs, first?.isAsked], ["repeated", 1_000, true]);
      primary.reset();
      primary.on(always, busy("1"));
      const moved = await loop.run(chain());
      assert.match(moved.answer.body.toString(), /fallback!/);
      assert.equal(primary.requests.length, 2);
    });

    for (const value of ["60", "-1", "1e9", "1000000000", "soon"]) {
      it(`moves at once after retry-after ${value}`, async () => {
        primary.on(always, busy(value));
        const run = await loop.run(chain());
        assert.match(run.answer.body.toString(), /fallback!/);
        assert.equal(primary.requests.length, 1);
      });
    }

    it("asks again for clients that do not, twice at most, and not after what cannot change", async () => {
      const patience = { repetitions: 2, waitMs: 2_000 };
      primary.on(always, OVERLOADED);
      const alone = [loop.candidate("a", primary.url, { credential: ownKey() })];
      const run = await loop.run(alone, { patience });
      assert.equal(run.answer.status, 529);
      assert.deepEqual(outcomes(run), ["retried", "retried", "ok"]);
      primary.reset();
      primary.queue(always, OVERLOADED);
      const cured = await loop.run(alone, { patience });
      assert.match(cured.answer.body.toString(), /primary!/);
      primary.reset();
      primary.on(always, failure(400, "your fault", [], "invalid_request_error"));
      assert.equal((await loop.run(alone, { patience })).answer.status, 400);
      assert.equal(primary.requests.length, 1);
    });

    it("counts what breaks off after its first content, too", async () => {
      const overloaded = { type: "overloaded_error", message: "Overloaded" };
      primary.on(always, messageThenError({ content: [text("begun")] }, 4, overloaded));
      for (let i = 0; i < 5; i += 1) {
        const broken = await loop.run(chain());
        assert.match(broken.answer.body.toString(), /begun[^]*event: error/);
      }
      const run = await loop.run(chain());
      assert.match(run.answer.body.toString(), /fallback!/);
      assert.equal(primary.requests.length, 5);
    });

    it("never leaves out the last, whatever is known of it", async () => {
      primary.on(always, OVERLOADED);
      fallback.on(always, failure(500, "the last", [], "api_error"));
      for (let i = 0; i < 6; i += 1) await loop.run(chain());
      const run = await loop.run(chain());
      assert.equal(run.answer.status, 500);
      assert.match(run.answer.body.toString(), /the last/);
      assert.equal(primary.requests.length, 5);
      assert.equal(fallback.requests.length, 7);
    });

    it("leaves a deployment alone after five failures in a row", async () => {
      primary.on(always, OVERLOADED);
      for (let i = 0; i < 5; i += 1) await loop.run(chain());
      const run = await loop.run(chain());
      assert.match(run.answer.body.toString(), /fallback!/);
      assert.equal(primary.requests.length, 5);
      const [first] = run.outcome.turns;
      assert.deepEqual([first?.at, first?.came, first?.next], [0, "resting", "skipped"]);
    });
  });
});

async function closedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
}
