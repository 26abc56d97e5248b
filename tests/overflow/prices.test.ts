import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { call, type HttpAnswer, startTestGateway } from "../fault/rig.ts";
import { message } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { type JsonObject, text } from "../upstream/messages.ts";
import { sumOf } from "./books.ts";
import {
  assertBooksBalance,
  bearer,
  isSession,
  type MadeKey,
  makeKey,
  me,
  PLAN_IS_FULL,
  providerKey,
  recordOf,
  sessionToken,
  storeKey,
} from "./rig.ts";

const PRICES = `
prices:
  - { model: free, input: "0", output: "0" }
  - { model: plain, input: "1", output: "2" }
`;
const scope = new AsyncDisposableStack();
let upstream: AnthropicUpstream;
let gateway: Gateway;
let key: MadeKey;

before(async () => {
  upstream = scope.use(await startAnthropicUpstream());
  gateway = scope.use(await startTestGateway(upstream.url, { config: PRICES }));
  scope.defer(() => assertBooksBalance(gateway));
  await storeKey(gateway, providerKey());
  key = await makeKey(gateway, { budget: "1000/month", currency: "USD" });
});

after(() => scope.disposeAsync());

beforeEach(() => upstream.reset());

const NO_CACHE = {
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation: null,
};

function answers(usage: JsonObject): void {
  const all = { input_tokens: 10, output_tokens: 10, ...NO_CACHE, ...usage };
  upstream.on("plain", message({ content: [text("Hi")], usage: all, finalUsage: all }));
}

async function ask(
  model: string | undefined,
  more: { to?: Gateway; key?: MadeKey; fields?: object; headers?: object } = {},
): Promise<HttpAnswer> {
  const messages = [{ role: "user", content: "hello" }];
  return await call(more.to ?? gateway, {
    body: JSON.stringify({
      ...(model === undefined ? {} : { model }),
      max_tokens: 100,
      messages,
      ...more.fields,
    }),
    headers: { "x-spillway-key": (more.key ?? key).secret, ...more.headers },
  });
}

describe("B-03: what has no price is not free", () => {
  for (const [what, model, fields] of [
    ["a model without a price", "unknown-model-9", {}],
    ["no model at all", undefined, {}],
    ["a model by another type", undefined, { model: 7 }],
    ["a model's mode without a price", "claude-opus-4-5", { speed: "fast" }],
    ["a model's place without a price", "claude-opus-4-5", { inference_geo: "us" }],
  ] as const) {
    it(`B-03: ${what} is refused where a budget applies, and no call is made`, async () => {
      const answer = await ask(model, { fields });
      assert.equal(answer.status, 429, answer.body.toString());
      assert.match(answer.body.toString(), /"type":"billing_error".*\(price_unknown\)/);
      assert.equal(answer.headers["x-should-retry"], "false");
      assert.equal(upstream.requests.length, 0);
      assert.deepEqual((await recordOf(gateway, answer)).lines, []);
    });
  }

  it("B-03: without a budget it passes, and is on record as unknown, never as nothing", async () => {
    const free = await makeKey(gateway);
    answers({});
    const answer = await ask("unknown-model-9", { key: free });
    assert.equal(answer.status, 200);
    const row = await recordOf(gateway, answer);
    assert.equal(row.costNano, undefined);
    assert.equal(row.usageSource, "provider");
    const { body } = await me(gateway, free.secret, "GET", "/me/usage");
    assert.match(JSON.stringify(body["books"]), /"unpriced":1,"cost_nano_usd":0/);
  });

  it("B-03: an explicit price of zero is free", async () => {
    answers({});
    const answer = await ask("free");
    assert.equal(answer.status, 200);
    assert.equal((await recordOf(gateway, answer)).costNano, 0n);
  });

  it("B-03: an exhausted budget still covers what is free", async () => {
    const poor = await makeKey(gateway, { budget: "0.000000001/month" });
    answers({});
    assert.equal((await ask("plain", { key: poor })).status, 429);
    assert.equal((await ask("free", { key: poor })).status, 200);
  });

  it("B-03: a search without a price leaves the cost unknown, and the budget is charged what it held", async () => {
    answers({ server_tool_use: { web_search_requests: 1 } });
    const row = await recordOf(gateway, await ask("plain"));
    assert.equal(row.costNano, undefined);
    const held = row.lines.find(
      ({ leg, account }) => leg === "reserve" && account.startsWith("held:"),
    );
    assert.ok(held && held.amountNano > 0n);
    assert.equal(sumOf(row.lines, "provider:"), held.amountNano);
  });

  it("B-03: caches that a configured price leaves out cost the provider's usual part of its input", async () => {
    answers({ cache_read_input_tokens: 1_000, cache_creation_input_tokens: 100 });
    const row = await recordOf(gateway, await ask("plain"));
    // 10 and 125 percent of a dollar a million, beside 10 tokens each of input and output.
    assert.equal(row.costNano, 1_000n * 100n + 100n * 1_250n + 10n * 1_000n + 10n * 2_000n);
  });

  it("B-03: budgets.allowUnpriced lets unpriced requests pass as long as something is left", async () => {
    const config = `${PRICES}budgets:\n  allowUnpriced: true\n`;
    await using lax = await startTestGateway(upstream.url, { config });
    await storeKey(lax, providerKey());
    const some = await makeKey(lax, { budget: "0.0001/month", currency: "USD" });
    answers({});
    assert.equal((await ask("unknown-model-9", { to: lax, key: some })).status, 200);
    // A price that is known still bounds: 100 tokens at 2 dollars a million are more than what is left.
    assert.equal((await ask("plain", { to: lax, key: some })).status, 429);
  });

  for (const price of ['"-1"', '"NaN"', '"1001"', "5"]) {
    it(`B-03: a price of ${price} keeps the program from starting`, async () => {
      const config = `prices:\n  - { model: m, input: ${price}, output: "1" }\n`;
      await assert.rejects(startTestGateway(upstream.url, { config }), /prices/);
    });
  }
});

describe("B-10: what a client says of money and of people is not believed", () => {
  const CLAIMS = {
    metadata: { user_id: "somebody-else", cost: 0, organisation: "other" },
    cost: 0,
    cost_nano_usd: 0,
    price: "0",
    usage: { input_tokens: 0, output_tokens: 0 },
    response_cost: 0,
    budget_id: "other",
    user: "somebody-else",
  };
  const FIELDS = {
    "x-spillway-cost": "0",
    "x-spillway-principal": "somebody-else",
    "x-spillway-key-id": "key_00000000000000000000000000",
    "x-litellm-spend-logs-metadata": '{"cost":0}',
    "x-user-id": "somebody-else",
    "x-br-organisation": "other",
    "x-forwarded-user": "root",
  };

  it("B-10: cost, tokens and prices in body and fields change no bill, and no body", async () => {
    answers({});
    const answer = await ask("plain", { fields: CLAIMS, headers: FIELDS });
    const row = await recordOf(gateway, answer);
    assert.equal(row.costNano, 10n * 1_000n + 10n * 2_000n);
    assert.ok(upstream.requests[0]?.body.includes('"cost_nano_usd":0'));
  });

  it("B-10: whose request it is comes from the credential alone", async () => {
    answers({});
    const row = await recordOf(gateway, await ask("plain", { fields: CLAIMS, headers: FIELDS }));
    assert.equal(row.keyId, key.id);
    assert.equal(row.organisation, "local");
    assert.equal(row.billingOwner, "local/anthropic/team");
    assert.match(row.principal, /^key-\d+$/);
  });

  it("B-10: the answer's own model is what is billed, and its cost fields are not", async () => {
    const usage = { input_tokens: 10, output_tokens: 10, ...NO_CACHE };
    upstream.on(
      "plain",
      message(
        { content: [text("Hi")], model: "free", usage, finalUsage: usage, extra: { cost: 12_345 } },
        {},
        ["x-litellm-response-cost", "9999", "x-spillway-upstream-mode", "passthrough"],
      ),
    );
    const answer = await ask("plain");
    const row = await recordOf(gateway, answer);
    assert.equal(row.costNano, 0n);
    assert.equal(answer.headers["x-spillway-upstream-mode"], "byok");
  });

  it("B-10: a cost that a client claims does not get it past an exhausted budget", async () => {
    const poor = await makeKey(gateway, { budget: "0.000000001/month" });
    upstream.on(isSession, PLAN_IS_FULL);
    for (const headers of [{}, { ...bearer(sessionToken()), "x-spillway-overflow": "byok" }]) {
      const answer = await ask("plain", {
        key: poor,
        fields: CLAIMS,
        headers: { ...FIELDS, ...headers },
      });
      assert.match(answer.body.toString(), /budget_exceeded/);
    }
  });
});
