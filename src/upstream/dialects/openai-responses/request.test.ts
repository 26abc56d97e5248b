import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CanonicalRequest, JsonObject } from "../../../canonical/index.ts";
import { text, user, write } from "./request.fixture.ts";
import { BARE_TRAITS } from "./traits.fixture.ts";
import type { ResponsesTraits } from "./traits.ts";

const BILLING = "x-anthropic-billing-header: cc_version=2.1; cch=1f3;";
const SESSION = '{"device_id":"d","session_id":"29e818b3-c78a-4c28-94be-5447ca769535"}';

/** Members that a request comes to, and what of it is lost. */
const CASES: readonly {
  readonly name: string;
  readonly request: Partial<CanonicalRequest>;
  readonly traits?: Partial<ResponsesTraits>;
  readonly body: JsonObject;
  readonly lossy?: readonly string[];
}[] = [
  {
    name: "that nothing is to be stored, and thinking to be handed over",
    request: {},
    body: { store: false, include: ["reasoning.encrypted_content"], stream: true, model: "m" },
  },
  {
    name: "no include where the upstream knows none",
    request: {},
    traits: { includes: [] },
    body: { include: undefined, store: false },
  },
  {
    name: "the system prompt without the line that changes with every request",
    request: {
      system: [
        { type: "text", text: BILLING },
        { type: "text", text: "You help." },
        { type: "text", text: " " },
        { type: "text", text: "Be brief." },
      ],
    },
    body: { instructions: "You help.\n\nBe brief." },
  },
  {
    name: "no instructions where there are none",
    request: { system: [{ type: "text", text: BILLING }] },
    body: { instructions: undefined },
  },
  { name: "a limit", request: { maxTokens: 100 }, body: { max_output_tokens: 100 } },
  {
    name: "the least limit, said to be another",
    request: { maxTokens: 1 },
    body: { max_output_tokens: 16 },
    lossy: ["maxTokens"],
  },
  {
    name: "the most that the model gives",
    request: { maxTokens: 64_000 },
    traits: { outputLimit: 32_000 },
    body: { max_output_tokens: 32_000 },
    lossy: ["maxTokens"],
  },
  {
    name: "no limit where the upstream takes none",
    request: { maxTokens: 100 },
    traits: { outputLimit: "none" },
    body: { max_output_tokens: undefined },
    lossy: ["maxTokens"],
  },
  {
    name: "sampling",
    request: { temperature: 0.2, topP: 0.9 },
    body: { temperature: 0.2, top_p: 0.9 },
  },
  {
    name: "no sampling where the model refuses it, and what no model here has",
    request: { temperature: 0.2, topP: 0.9, topK: 5, stopSequences: ["x"] },
    traits: { sampling: false },
    body: { temperature: undefined, top_p: undefined },
    lossy: ["temperature", "topP", "topK", "stopSequences"],
  },
  {
    name: "the form of the answer, not strict unless asked",
    request: { outputFormat: { schema: { type: "object" } } },
    body: {
      text: {
        format: { type: "json_schema", name: "output", schema: { type: "object" }, strict: false },
      },
    },
  },
  {
    name: "the form of the answer, strict when asked",
    request: { outputFormat: { name: "my form", schema: {}, strict: true } },
    body: {
      text: {
        format: { type: "json_schema", name: "my_form_h4t7osjqz", schema: {}, strict: true },
      },
    },
  },
  {
    name: "a cache key from the session",
    request: { userId: SESSION },
    body: { prompt_cache_key: "29e818b3-c78a-4c28-94be-5447ca769535" },
  },
  {
    name: "no cache key where the upstream knows none",
    request: { userId: SESSION },
    traits: { promptCacheKey: false },
    body: { prompt_cache_key: undefined },
    lossy: ["userId"],
  },
  {
    name: "nothing of what only Anthropic knows",
    request: {
      extra: { context_management: {} },
      turns: [user({ type: "text", text: "a", cache: { ttl: "5m" }, extra: { citations: [] } })],
    },
    body: { context_management: undefined },
    lossy: ["context_management", "content[].citations"],
  },
];

describe("a written request", () => {
  for (const { name, request, traits, body, lossy } of CASES) {
    it(`has ${name}`, () => {
      const written = write(request, traits);
      const seen = Object.keys(body).map((key) => [key, written.body[key]]);
      assert.deepEqual(Object.fromEntries(seen), body);
      assert.deepEqual(written.lossy, lossy ?? []);
    });
  }

  it("has no member that a bare server would have to know", () => {
    const { body } = write(
      { userId: SESSION, effort: "high", thinking: { mode: "adaptive" }, maxTokens: 10 },
      BARE_TRAITS,
    );
    assert.deepEqual(Object.keys(body), ["model", "input", "store", "stream"]);
  });

  it("is the same each time, so that a prompt cache is hit", () => {
    const request = { userId: SESSION, turns: [user(text("a"))] };
    assert.equal(JSON.stringify(write(request)), JSON.stringify(write(request)));
  });

  it("names an end user only by a hash, in whatever form the session comes", () => {
    const key = (userId: string) => write({ userId }).body["prompt_cache_key"];
    assert.equal(key("user_ab_account__session_29e8-18b3"), "29e8-18b3");
    assert.match(String(key("jane@example.com")), /^[0-9a-f]{32}$/);
    assert.match(String(key(`{"session_id":"${"x".repeat(65)}"}`)), /^[0-9a-f]{32}$/);
    assert.match(String(key('{"session_id":7}')), /^[0-9a-f]{32}$/);
  });
});
