import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { events, newestEvent, sendRaw } from "../fault/rig.ts";
import {
  adjusted,
  bytes,
  type Delivery,
  json,
  message,
  messageThenError,
  type Responder,
} from "../upstream/answer.ts";
import type { AnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { encodeEvent, type Message, messageEvents, text } from "../upstream/messages.ts";
import type { Row } from "./books.ts";
import { assertCost, bodyOf, type Cost, HELD, MODEL, PRICE } from "./metered.ts";
import { type MadeKey, openDesk, providerKey, recordsOf, storeKey } from "./rig.ts";

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

const START = {
  input_tokens: 12,
  output_tokens: 1,
  cache_creation_input_tokens: 1_500,
  cache_read_input_tokens: 14_000,
};
const COST_OF_START = 12 * PRICE.input + 1_500 * PRICE.write5m + 14_000 * PRICE.read;
/** 403 bytes of text: 101 tokens, at four bytes each. */
const TEXT = "a".repeat(403);
const SAID: Message = {
  content: [text(TEXT)],
  usage: { ...START, cache_creation: null },
  finalUsage: { output_tokens: 42 },
  pieceLength: 403,
};
const OVERLOADED = { type: "overloaded_error", message: "busy" };
/** Bytes of the stream up to and with its one delta: message_start, content_block_start, ping, delta. */
const UP_TO_TEXT = messageEvents(SAID, MODEL, `msg_01Mock${"0".repeat(18)}`)
  .slice(0, 4)
  .reduce((sum, event) => sum + encodeEvent(event).length, 0);

const BROKEN: readonly (readonly [string, boolean, Responder, Cost])[] = [
  ["an error before the first event", true, messageThenError(SAID, 0, OVERLOADED), 0],
  [
    "an error after message_start",
    true,
    messageThenError(SAID, 1, OVERLOADED),
    COST_OF_START + PRICE.output,
  ],
  [
    "an error after text",
    true,
    messageThenError(SAID, 4, OVERLOADED),
    COST_OF_START + 101 * PRICE.output,
  ],
  [
    "a stream that is cut after text",
    true,
    message(SAID, { cutAfterBytes: UP_TO_TEXT }),
    COST_OF_START + 101 * PRICE.output,
  ],
  [
    "a stream that is reset after text",
    true,
    message(SAID, { resetAfterBytes: UP_TO_TEXT }),
    COST_OF_START + 101 * PRICE.output,
  ],
  ["a stream that is cut in its first event", true, message(SAID, { cutAfterBytes: 20 }), HELD],
  [
    "a whole answer that is cut",
    false,
    message(SAID, { cutAfterBytes: 20, contentLength: true }),
    HELD,
  ],
  [
    "a connection that is reset before any answer",
    false,
    message(SAID, { breakBeforeHead: "reset" }),
    HELD,
  ],
  [
    "an answer without usage",
    false,
    json(200, { type: "message", content: [], model: MODEL }),
    HELD,
  ],
  ["an answer that is no JSON", false, bytes(200, "application/json", ["<html>"]), HELD],
  ["an empty stream", true, bytes(200, "text/event-stream", []), HELD],
  ["an error that is no JSON", false, bytes(502, "text/html", ["<html>"]), 0],
  ["a redirect", false, bytes(307, "text/plain", [], ["location", "/elsewhere"]), 0],
];

describe("B-07: answers that end early cost what is known of them", () => {
  for (const [name, stream, responder, cost] of BROKEN) {
    it(`B-07: ${name}: ${cost === HELD ? "unknown, so what was held" : `${cost} nano-dollars`}`, async () => {
      const known = await events(gateway);
      upstream.on("plain", responder);
      using client = await sendRaw(gateway, bodyOf(stream), {
        fields: [`x-spillway-key: ${key.secret}`],
      });
      const event = await newestEvent(gateway, known);
      client.reset();
      const [row] = await recordsOf(gateway, [String(event["id"])]);
      assert.ok(row);
      assertCost(row, cost);
    });
  }

  const begin = async (stream: boolean, delivery: Delivery) => {
    const known = await events(gateway);
    upstream.on("plain", adjusted(message(SAID), { delivery }));
    const client = await sendRaw(gateway, bodyOf(stream), {
      fields: [`x-spillway-key: ${key.secret}`],
    });
    return { client, known, seen: await upstream.waitForRequest("plain") };
  };
  const endOf = async (known: Awaited<ReturnType<typeof events>>): Promise<Row> => {
    const event = await newestEvent(gateway, known);
    assert.equal(event["finish"], "client_gone");
    const [row] = await recordsOf(gateway, [String(event["id"])]);
    assert.ok(row);
    return row;
  };

  it("B-07: a client that leaves a stream pays for what was generated up to then", async () => {
    const { client, known, seen } = await begin(true, { stallAfterBytes: UP_TO_TEXT });
    assert.ok(await client.until((got) => got.includes(TEXT)));
    client.reset();
    await upstream.waitForEnd(seen);
    const row = await endOf(known);
    assertCost(row, COST_OF_START + 101 * PRICE.output);
    assert.equal(row.usageSource, "estimated");
  });

  it("B-07: a client that leaves a whole answer pays for all of it, as the provider does", async () => {
    const gate = Promise.withResolvers<void>();
    const { client, known, seen } = await begin(false, { beforeHead: gate.promise });
    client.reset();
    // Whoever asks after the reset is answered after it was seen.
    await gateway.api("/health");
    assert.equal(seen.ending, undefined);
    gate.resolve();
    assertCost(await endOf(known), COST_OF_START + 42 * PRICE.output);
  });
});
