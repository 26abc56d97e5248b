import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { call, eventually, type HttpAnswer, idOf, startTestGateway } from "../fault/rig.ts";
import { adjusted, message } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { text } from "../upstream/messages.ts";
import { isObject } from "../upstream/request-kind.ts";
import { openBooks, type Row, sumOf } from "./books.ts";
import {
  assertBooksBalance,
  bearer,
  isSession,
  type MadeKey,
  makeKey,
  me,
  PLAN_IS_FULL,
  providerKey,
  recordsOf,
  sessionToken,
  storeKey,
} from "./rig.ts";

const PARALLEL = 1_000;
const DIME = 100_000_000n;
const FIVE_DOLLARS = 5_000_000_000n;
/** At 100 dollars a million, a thousand tokens of output are a dime, and nothing else costs anything. */
const CONFIG = `
timeZone: UTC
prices:
  - { model: dime, input: "0", output: "100" }
`;

const scope = new AsyncDisposableStack();
let upstream: AnthropicUpstream;
let gateway: Gateway;

before(async () => {
  upstream = scope.use(await startAnthropicUpstream());
  gateway = scope.use(await startTestGateway(upstream.url, { config: CONFIG }));
  await storeKey(gateway, providerKey());
});

after(() => scope.disposeAsync());

beforeEach(() => upstream.reset());

const answerOf = (outputTokens: number) =>
  message({
    content: [text("x")],
    usage: {
      input_tokens: 7,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      cache_creation: null,
    },
    finalUsage: { output_tokens: outputTokens },
  });

const request = (tag: number) =>
  JSON.stringify({
    model: "dime",
    max_tokens: 1_000,
    stream: tag % 2 === 0,
    messages: [{ role: "user", content: `request ${tag}.` }],
  });

function ask(key: MadeKey, tag: number, headers: object = {}): Promise<HttpAnswer> {
  return call(gateway, {
    body: request(tag),
    headers: { "x-spillway-key": key.secret, ...headers },
    timeoutMs: 60_000,
  });
}

/** What the program, the ledger and the records say that a key has spent; they have to agree to the nano-dollar. */
async function assertSpent(key: MadeKey, rows: readonly Row[], spent: bigint): Promise<void> {
  assert.equal(
    rows.reduce((sum, { costNano }) => sum + (costNano ?? 0n), 0n),
    spent,
    "records",
  );
  const lines = rows.flatMap((row) => row.lines);
  assert.equal(-sumOf(lines, `budget:${key.id}/`), spent, "budget lines");
  assert.equal(sumOf(lines, "provider:anthropic"), spent, "provider lines");
  assert.equal(sumOf(lines, "held:"), 0n, "held");
  const usage = await me(gateway, key.secret, "GET", "/me/usage?by=key");
  const { groups } = usage.body;
  assert.ok(Array.isArray(groups));
  const counted = groups.reduce((sum: bigint, group) => sum + BigInt(group.cost_nano_usd), 0n);
  assert.equal(counted, spent, "/me/usage");
  using books = openBooks(gateway.dataDir);
  const balances = [...books.balances(`budget:${key.id}/`).values()];
  assert.deepEqual(balances, [-spent], "balance");
  await assertBooksBalance(gateway);
}

async function budgetOf(key: MadeKey) {
  const { body } = await me(gateway, key.secret, "GET", "/me/budget");
  assert.ok(Array.isArray(body["budgets"]) && isObject(body["budgets"][0]));
  return body["budgets"][0];
}

/** 429 with all that a client needs to stop and a person to understand. */
function assertRefused(answer: HttpAnswer, name: string, mode = "byok"): void {
  assert.equal(answer.status, 429);
  const { headers } = answer;
  assert.equal(headers["x-should-retry"], "false");
  assert.equal(headers["x-spillway-error-source"], "gateway");
  assert.equal(headers["x-spillway-upstream-mode"], mode);
  assert.match(headers["retry-after"] ?? "", /^[1-9]\d*$/);
  const now = new Date();
  const reset = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1);
  const seconds = (reset - now.getTime()) / 1_000;
  assert.ok(Math.abs(Number(headers["retry-after"]) - seconds) < 120, headers["retry-after"]);
  const body: unknown = JSON.parse(answer.body.toString());
  assert.ok(isObject(body) && isObject(body["error"]));
  assert.equal(body["error"]["type"], "billing_error");
  const told = String(body["error"]["message"]);
  const month = new Date(reset).toLocaleDateString("en-GB", {
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  });
  for (const part of [`"${name}"`, "$5.00", `1 ${month}`, "00:00 (UTC)", "(budget_exceeded)"]) {
    assert.ok(told.includes(part), `${part} in: ${told}`);
  }
}

describe("B-01: a thousand requests at once against one budget", () => {
  it("B-01: exactly fifty dimes pass of five dollars while all are under way, and exactly those are settled", async () => {
    const key = await makeKey(gateway, { name: "fifty", budget: "5/month", currency: "USD" });
    const gate = Promise.withResolvers<void>();
    upstream.on("plain", adjusted(answerOf(1_000), { delivery: { beforeHead: gate.promise } }));
    let refused = 0;
    const all = Array.from({ length: PARALLEL }, async (_, tag) => {
      const answer = await ask(key, tag);
      if (answer.status === 429) refused += 1;
      return answer;
    });
    // Nobody of the admitted has ended yet, so what they hold is all that there is.
    const decided = () => refused + upstream.requests.length >= PARALLEL || undefined;
    await eventually(decided, "every request refused or sent", 60_000);
    assert.equal(refused, PARALLEL - 50);
    assert.equal((await budgetOf(key))["used_percent"], 100);
    gate.resolve();
    const answers = await Promise.all(all);
    const [served, turnedAway] = [answers.filter(isServed), answers.filter((a) => !isServed(a))];
    assert.equal(served.length, 50);
    for (const answer of turnedAway) assertRefused(answer, "fifty");
    assert.equal(upstream.requests.length, 50);
    const rows = await recordsOf(gateway, answers.map(idOf));
    for (const row of rows) assert.equal(row.costNano, row.status === 200 ? DIME : 0n);
    for (const row of rows) assert.equal(row.attempts.length, row.status === 200 ? 1 : 0);
    await assertSpent(key, rows, FIVE_DOLLARS);
    const budget = await budgetOf(key);
    assert.equal(budget["used"], "5.0000");
    assert.equal(budget["remaining"], "0.0000");
    assertRefused(await ask(key, PARALLEL), "fifty");
    assert.equal(upstream.requests.length, 50);
  });

  it("B-01: full sessions that all overflow at once share one budget too: fifty of four hundred", async () => {
    const key = await makeKey(gateway, { name: "spill", budget: "5/month", currency: "USD" });
    const gate = Promise.withResolvers<void>();
    upstream.on("plain", adjusted(answerOf(1_000), { delivery: { beforeHead: gate.promise } }));
    upstream.on(isSession, PLAN_IS_FULL);
    let refused = 0;
    const all = Array.from({ length: 400 }, async (_, tag) => {
      const session = { ...bearer(sessionToken()), "x-spillway-overflow": "byok" };
      const answer = await ask(key, tag, session);
      if (answer.status === 429) refused += 1;
      return answer;
    });
    const spilled = () => upstream.requests.filter((seen) => !isSession(seen)).length;
    const decided = () => refused + spilled() >= 400 || undefined;
    await eventually(decided, "every request refused or sent", 60_000);
    assert.equal(spilled(), 50);
    gate.resolve();
    const answers = await Promise.all(all);
    assert.equal(answers.filter(isServed).length, 50);
    for (const answer of answers) {
      if (!isServed(answer)) assertRefused(answer, "spill", "byok-overflow");
    }
    assert.equal(upstream.requests.length, 450);
    await assertSpent(key, await recordsOf(gateway, answers.map(idOf)), FIVE_DOLLARS);
  });

  it("B-05: answers that cost less than was held: spend stays below the budget, and all figures agree", async () => {
    const key = await makeKey(gateway, { name: "loose", budget: "5/month", currency: "USD" });
    const tokensOf = (tag: number) => (tag * 37) % 1_001;
    upstream.on("plain", (seen, serial) => {
      const tag = Number(/request (\d+)\./.exec(seen.body.toString())?.[1]);
      return answerOf(tokensOf(tag))(seen, serial);
    });
    const answers = await inLanes(100, (tag) => ask(key, tag));
    const spent = answers.reduce(
      (sum, answer, tag) => sum + (isServed(answer) ? (DIME / 1_000n) * BigInt(tokensOf(tag)) : 0n),
      0n,
    );
    assert.ok(spent <= FIVE_DOLLARS);
    const served = answers.filter(isServed);
    // What was given back is there for others.
    assert.ok(served.length > 50);
    assert.equal(upstream.requests.length, served.length);
    for (const answer of answers) if (!isServed(answer)) assertRefused(answer, "loose");
    const rows = await recordsOf(gateway, answers.map(idOf));
    await assertSpent(key, rows, spent);
    const [used, remaining] = [spent, FIVE_DOLLARS - spent].map(fourDecimals);
    const budget = await budgetOf(key);
    assert.equal(budget["used"], used);
    assert.equal(budget["remaining"], remaining);
  });

  it("S0-32: a daily limit of twenty lets exactly twenty of two hundred through", async () => {
    const key = await makeKey(gateway, {
      name: "daily",
      daily_requests: 20,
      time_zone: "Asia/Kolkata",
    });
    const gate = Promise.withResolvers<void>();
    upstream.on("plain", adjusted(answerOf(1), { delivery: { beforeHead: gate.promise } }));
    let refused = 0;
    const all = Array.from({ length: 200 }, async (_, tag) => {
      const answer = await ask(key, tag);
      if (answer.status === 429) refused += 1;
      return answer;
    });
    const decided = () => refused + upstream.requests.length >= 200 || undefined;
    await eventually(decided, "every request refused or sent", 60_000);
    gate.resolve();
    const answers = await Promise.all(all);
    assert.equal(answers.filter(isServed).length, 20);
    assert.equal(upstream.requests.length, 20);
    for (const answer of answers.filter((a) => !isServed(a))) {
      assert.equal(answer.status, 429);
      assert.equal(answer.headers["x-should-retry"], "false");
      assert.match(
        answer.body.toString(),
        /daily.*20 requests.*Asia\/Kolkata.*daily_limit_reached/,
      );
    }
  });
});

/** A thousand requests, so many of them at a time; what one gives back, a later one can have. */
async function inLanes(
  lanes: number,
  run: (tag: number) => Promise<HttpAnswer>,
): Promise<readonly HttpAnswer[]> {
  const answers: HttpAnswer[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let tag = next++; tag < PARALLEL; tag = next++) answers[tag] = await run(tag);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return answers;
}

function isServed({ status }: HttpAnswer): boolean {
  return status === 200;
}

/** Half away from zero, worked out apart from the program. */
function fourDecimals(nano: bigint): string {
  const units = (nano + 50_000n) / 100_000n;
  return `${units / 10_000n}.${String(units % 10_000n).padStart(4, "0")}`;
}
