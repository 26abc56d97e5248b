import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { adjusted, type Responder } from "../upstream/answer.ts";
import { offersTools } from "../upstream/model-api.ts";
import { type GeminiOutcome, makeGeminiHome, runGemini } from "./gemini-cli.ts";
import { assertPaidByProviderKey, type HubLab, openHubLab } from "./hub-lab.ts";
import { PROVIDERS } from "./hub-providers.ts";

const { anthropic, google } = PROVIDERS;
const { api } = anthropic;
const INVALID = "invalid_request_error";
const LONG = api.answer({ text: "This text is never told to its end, whatever happens." });

/** What Gemini CLI gets over in its own way: the waits and the repetitions are its own. */
const PASSING: Readonly<Record<string, Responder>> = {
  "is asked to wait": api.failure(429, "rate_limit_error", "Slow down.", ["retry-after", "1"]),
  "is overloaded": api.failure(529, "overloaded_error", "Overloaded"),
  "breaks off in the middle": adjusted(LONG, { delivery: { cutAfterBytes: 900 } }),
};

/** What it gives up at, at once: the code that it ends with, and what it shows. */
const FINAL: Readonly<
  Record<string, { readonly failure: Responder; readonly exitCode: number; readonly shows: RegExp }>
> = {
  "finds a fault in the request": {
    failure: api.failure(400, INVALID, "messages.0: that is not right"),
    exitCode: 400 % 256,
    shows: /"code":400,"message":"messages\.0: that is not right","status":"INVALID_ARGUMENT"/,
  },
  "has no room for the conversation": {
    failure: api.failure(400, INVALID, "prompt is too long: 250000 tokens > 200000 maximum"),
    exitCode: 400 % 256,
    shows: /input token count \(250000\) exceeds the maximum number of tokens allowed \(200000\)/,
  },
  "refuses the organisation's key": {
    failure: api.failure(401, "authentication_error", "invalid x-api-key"),
    exitCode: 403 % 256,
    shows: /Spillway: The provider refuses the key .*\(stored_key_refused\)/,
  },
};

describe("Gemini CLI when Anthropic fails", () => {
  for (const [how, failure] of Object.entries(PASSING)) {
    it(`asks again where it ${how}`, async () => {
      await using hub = await openHubLab(anthropic);
      hub.provider.queue(offersTools, failure, api.answer({ text: "Hello again." }));
      const outcome = await sayHi(hub, hub.model);

      assert.equal(outcome.exitCode, 0, outcome.stderr);
      // It keeps what it has shown of a broken answer.
      assert.match(outcome.message, /Hello again\.$/);
      assert.equal(hub.turns().length, 2);
    });
  }

  for (const [how, { failure, exitCode, shows }] of Object.entries(FINAL)) {
    it(`says so and ends where it ${how}`, async () => {
      await using hub = await openHubLab(anthropic);
      hub.provider.on(offersTools, failure);
      const outcome = await sayHi(hub, hub.model);

      assert.equal(outcome.exitCode, exitCode, outcome.stderr);
      assert.match(outcome.stderr, shows);
      assert.equal(hub.turns().length, 1);
    });
  }
});

describe("Gemini CLI without a model of the user's choice", () => {
  it("asks Google's models, with the key that is stored for them", async () => {
    await using hub = await openHubLab(google);
    hub.provider.on(offersTools, google.api.answer({ text: "Hello by default." }));
    const outcome = await sayHi(hub);

    assert.equal(outcome.message, "Hello by default.", outcome.stderr);
    assert.equal(outcome.exitCode, 0);
    const asked = hub.provider.requests.map(({ target }) => target);
    assert.ok(asked.length >= 2);
    for (const target of asked) assert.match(target, /^\/v1beta\/models\/gemini-[^/]+$/);
    assertPaidByProviderKey(hub);
  });

  it("is told what is missing where there is no key for them, and Anthropic is not asked", async () => {
    await using hub = await openHubLab(anthropic);
    const outcome = await sayHi(hub);

    assert.equal(outcome.exitCode, 403 % 256, outcome.stderr);
    assert.match(outcome.stderr, /Spillway: .*gemini/);
    assert.deepEqual(
      hub.provider.requests.filter(({ method }) => method === "POST"),
      [],
    );
  });
});

async function sayHi(hub: HubLab, model?: string): Promise<GeminiOutcome> {
  await using home = await makeGeminiHome({ baseUrl: hub.url, key: hub.issued.secret });
  return await runGemini(home, { prompt: "say hi", ...(model === undefined ? {} : { model }) });
}
