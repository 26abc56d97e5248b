import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { adjusted, type Responder } from "../upstream/answer.ts";
import { offersTools, sseAnswer } from "../upstream/model-api.ts";
import { type CodexOutcome, makeCodexHome, runCodex } from "./codex.ts";
import { type HubLab, openHubLab } from "./hub-lab.ts";
import { PROVIDERS } from "./hub-providers.ts";

const { anthropic } = PROVIDERS;
const { api } = anthropic;
const INVALID = "invalid_request_error";
const LONG = api.answer({ text: "This text is never told to its end, whatever happens." });

/** What Codex gets over. */
const PASSING: Readonly<Record<string, Responder>> = {
  "is asked to wait": api.failure(429, "rate_limit_error", "Slow down.", ["retry-after", "1"]),
  "is overloaded": api.failure(529, "overloaded_error", "Overloaded"),
  "is overloaded in the middle": () => overloadedWithin(),
  "breaks off in the middle": adjusted(LONG, { delivery: { cutAfterBytes: 900 } }),
};

/** What it gives up at, at once, and what it shows. */
const FINAL: Readonly<Record<string, { readonly failure: Responder; readonly shows: RegExp }>> = {
  "finds a fault in the request": {
    failure: api.failure(400, INVALID, "messages.0: that is not right"),
    shows: /^messages\.0: that is not right$/,
  },
  "has no room for the conversation": {
    failure: api.failure(400, INVALID, "prompt is too long: 250000 tokens > 200000 maximum"),
    shows: /^Codex ran out of room in the model's context window/,
  },
};

describe("Codex when Anthropic fails", () => {
  for (const [how, failure] of Object.entries(PASSING)) {
    it(`asks again where it ${how}`, async () => {
      await using hub = await openHubLab(anthropic);
      hub.provider.queue(offersTools, failure, api.answer({ text: "Hello again." }));
      const outcome = await sayHi(hub);

      assert.equal(outcome.message, "Hello again.", outcome.stdout + outcome.stderr);
      assert.equal(outcome.exitCode, 0);
      assert.equal(hub.turns().length, 2);
    });
  }

  for (const [how, { failure, shows }] of Object.entries(FINAL)) {
    it(`says so and ends where it ${how}`, async () => {
      await using hub = await openHubLab(anthropic);
      hub.provider.on(offersTools, failure);
      const outcome = await sayHi(hub);

      assert.equal(outcome.exitCode, 1, outcome.stdout + outcome.stderr);
      assert.match(shownBy(outcome), shows);
      assert.equal(hub.turns().length, 1);
    });
  }

  it("goes on where its earlier thinking is not taken back, and does not notice", async () => {
    await using hub = await openHubLab(anthropic);
    const refused = "messages.1.content.0: Invalid `signature` in `thinking` block";
    const proof = "cHJvb2Ytb2YtYW5vdGhlci1rZXk=";
    const call = (id: string) => ({ id, name: "exec_command", input: { cmd: `echo ${id}` } });
    hub.provider.queue(
      offersTools,
      api.answer({ reasoning: "Hm.", proof, calls: [call("call_1")] }),
      api.failure(400, INVALID, refused),
      api.answer({ calls: [call("call_2")] }),
      api.answer({ text: "Hello after all." }),
    );
    const outcome = await sayHi(hub);

    assert.equal(outcome.message, "Hello after all.", outcome.stdout + outcome.stderr);
    assert.equal(outcome.exitCode, 0);
    const proofs = hub.turns().map((turn) => api.proofsIn(turn.json()));
    assert.deepEqual(proofs, [[], [proof], [], []]);
    const statuses = (await hub.records(3)).map(({ status }) => status);
    assert.deepEqual(statuses, [200, 200, 200]);
  });

  it("says at once whose key is refused, and nothing of the key", async () => {
    await using hub = await openHubLab(anthropic);
    const words = `invalid x-api-key: ${hub.providerKey}`;
    hub.provider.on(offersTools, api.failure(401, "authentication_error", words));
    const outcome = await sayHi(hub);

    assert.equal(outcome.exitCode, 1, outcome.stdout + outcome.stderr);
    assert.match(shownBy(outcome), /^Spillway: .*\(stored_key_refused\)$/);
    assert.equal(hub.turns().length, 1);
    const said = hub.lab.clientSide.connections.map((connection) => connection.down()).join("");
    assert.ok(!said.includes(hub.providerKey), "the client was shown the key");
  });
});

async function sayHi(hub: HubLab): Promise<CodexOutcome> {
  await using home = await makeCodexHome({
    baseUrl: `${hub.url}/v1`,
    model: hub.model,
    key: hub.issued.secret,
  });
  return await runCodex(home, "say hi");
}

function shownBy({ events }: CodexOutcome): string {
  const last = events.findLast(({ type }) => type === "error");
  return String(last?.["message"]);
}

/** The error comes with the next read, when some of the answer was told. */
function overloadedWithin(): ReturnType<Responder> {
  const text = (words: string) => ({ index: 0, delta: { type: "text_delta", text: words } });
  const event = (type: string, said: object = {}) => ({ event: type, data: { type, ...said } });
  return sseAnswer([
    event("message_start", { message: { id: "msg_1", model: "claude", usage: {} } }),
    event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
    event("content_block_delta", text("Hello")),
    event("content_block_delta", text(" world".repeat(30_000))),
    event("error", { error: { type: "overloaded_error", message: "Overloaded" } }),
  ]);
}
