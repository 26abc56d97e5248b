import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { call } from "../fault/rig.ts";
import { message } from "../upstream/answer.ts";
import type { AnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { type JsonObject, type Message, text } from "../upstream/messages.ts";
import { assertCost, bodyOf, PRICE } from "./metered.ts";
import { type MadeKey, openDesk, providerKey, recordOf, storeKey } from "./rig.ts";

const scope = new AsyncDisposableStack();
let upstream: AnthropicUpstream;
let gateway: Gateway;
let key: MadeKey;

before(async () => {
  ({ upstream, gateway, key } = await openDesk(scope, {
    key: { budget: "1000/month", currency: "USD" },
  }));
  await storeKey(gateway, providerKey());
});

after(() => scope.disposeAsync());

beforeEach(() => upstream.reset());

/** An answer whose whole usage is this, and nothing else. */
const answerWith = (usage: JsonObject): Message => {
  const nothing = {
    input_tokens: 0,
    output_tokens: 0,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
  };
  return {
    content: [text("Hi.")],
    usage: { ...nothing, cache_creation: null, ...usage },
    finalUsage: { output_tokens: 0, ...usage },
  };
};

const IN_FULL: readonly (readonly [string, JsonObject, number])[] = [
  ["explicit zeros", {}, 0],
  ["only cache reads", { cache_read_input_tokens: 50_000 }, 50_000 * PRICE.read],
  [
    "only searches",
    { server_tool_use: { web_search_requests: 3, web_fetch_requests: 4 } },
    3 * PRICE.search,
  ],
  ["only output", { output_tokens: 77 }, 77 * PRICE.output],
  [
    "writes for an hour and for five minutes",
    {
      cache_creation_input_tokens: 300,
      cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 200 },
    },
    100 * PRICE.write5m + 200 * PRICE.write1h,
  ],
  ["writes without their split", { cache_creation_input_tokens: 300 }, 300 * PRICE.write5m],
  [
    "the fast mode",
    { input_tokens: 10, output_tokens: 10, speed: "fast" },
    2 * 10 * (PRICE.input + PRICE.output),
  ],
  ["inference in the US", { input_tokens: 1_000, inference_geo: "us" }, 1_100 * PRICE.input],
  ["a negative count", { input_tokens: -5_000, output_tokens: 10 }, 10 * PRICE.output],
  [
    "iterations of two models",
    {
      input_tokens: 1,
      output_tokens: 1,
      iterations: [
        { type: "message", input_tokens: 100, output_tokens: 10 },
        {
          type: "advisor_message",
          model: "claude-haiku-5-5",
          input_tokens: 1_000,
          output_tokens: 100,
        },
      ],
    },
    // Haiku: 0.10 and 0.50 dollars a million.
    100 * PRICE.input + 10 * PRICE.output + 1_000 * 100 + 100 * 500,
  ],
  [
    "thinking, which is output already",
    { output_tokens: 50, output_tokens_details: { thinking_tokens: 40 } },
    50 * PRICE.output,
  ],
];

describe("B-07: odd usages cost what they come to by hand", () => {
  for (const [name, usage, cost] of IN_FULL) {
    for (const stream of [false, true]) {
      it(`B-07: ${name}, ${stream ? "streamed" : "whole"}: ${cost} nano-dollars`, async () => {
        upstream.on("plain", message(answerWith(usage)));
        const headers = { "x-spillway-key": key.secret };
        const answer = await call(gateway, { body: bodyOf(stream), headers });
        assert.equal(answer.status, 200);
        assertCost(await recordOf(gateway, answer), cost);
      });
    }
  }
});
