import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { UpstreamErrorKind } from "../../../canonical/index.ts";
import { readError } from "./read-error.ts";

const openAi = (code: string | null, message: string, type = "invalid_request_error") => ({
  error: { code, message, type, param: null },
});

const CASES: readonly (readonly [number, unknown, UpstreamErrorKind, string])[] = [
  [401, openAi("invalid_api_key", "bad key"), "authentication", "bad key"],
  [
    400,
    { code: "invalid-argument", error: "Incorrect API key provided" },
    "authentication",
    "Incorrect API key provided",
  ],
  [401, { detail: "Invalid API Key" }, "authentication", "Invalid API Key"],
  [402, openAi(null, "pay"), "billing", "pay"],
  [403, openAi(null, "no"), "permission", "no"],
  [404, { error: { code: "DeploymentNotFound", message: "gone" } }, "not_found", "gone"],
  [400, openAi("model_not_found", "no such model"), "not_found", "no such model"],
  [400, openAi(null, "wrong", "invalid_request_error"), "invalid_request", "wrong"],
  [422, { message: "wrong" }, "invalid_request", "wrong"],
  [413, "too big", "too_large", "too big"],
  [429, openAi("rate_limit_exceeded", "slow"), "rate_limit", "slow"],
  [429, openAi("insufficient_quota", "empty", "insufficient_quota"), "quota", "empty"],
  [429, { error: { type: "usage_limit_reached", message: "spent" } }, "quota", "spent"],
  [500, openAi("server_error", "oh"), "server", "oh"],
  [502, "<html>Bad Gateway</html>", "server", "the upstream answered 502"],
  [503, openAi(null, "busy", "server_error"), "overloaded", "busy"],
  [504, "", "timeout", "the upstream answered 504"],
  [500, openAi("context_length_exceeded", "no"), "server", "no"],
  [400, openAi("context_length_exceeded", "full"), "context_overflow", "full"],
  [
    400,
    openAi(null, "This exceeds the context window of this model."),
    "context_overflow",
    "This exceeds the context window of this model.",
  ],
  // A provider's own error, as text within a router's.
  [
    429,
    {
      error: {
        code: 429,
        message: "Provider returned error",
        metadata: { raw: '{"error":{"message":"slow"}}' },
      },
    },
    "rate_limit",
    "slow",
  ],
  [400, [{ error: { message: "first" } }], "invalid_request", "first"],
  [
    400,
    { error: { message: '{"error":{"message":"inner","code":"model_not_found"}}' } },
    "not_found",
    "inner",
  ],
  [400, { detail: [{ loc: ["body"] }] }, "invalid_request", "the upstream answered 400"],
];

describe("readError", () => {
  for (const [status, body, kind, message] of CASES) {
    it(`finds ${kind} in ${status} ${JSON.stringify(body)}`, () => {
      const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
      const error = readError(status, [], bytes);
      assert.deepEqual([error.kind, error.message, error.status], [kind, message, status]);
    });
  }

  it("says how much was too much, where both are told", () => {
    const tokens = (message: string) =>
      readError(400, [], Buffer.from(JSON.stringify(openAi("context_length_exceeded", message))))
        .tokens;
    assert.deepEqual(
      tokens(
        "This model's maximum context length is 128,000 tokens. However, your messages resulted in 131005 tokens.",
      ),
      { asked: 131_005, limit: 128_000 },
    );
    assert.deepEqual(
      tokens(
        "maximum context length is 4096 tokens. However, you requested 5000 tokens (4000 in the messages, 1000 in the completion)",
      ),
      { asked: 5_000, limit: 4_096, answer: 1_000 },
    );
    assert.equal(tokens("Your input exceeds the context window of this model."), undefined);
  });

  it("says how long to wait, from the headers first", () => {
    const body = Buffer.from(
      JSON.stringify(openAi("rate_limit_exceeded", "Please try again in 1m2.5s.")),
    );
    const wait = (...headers: readonly string[]) => readError(429, headers, body).retryAfterMs;
    assert.equal(wait(), 62_500);
    assert.equal(wait("Retry-After", "7"), 7_000);
    assert.equal(wait("retry-after", "7", "retry-after-ms", "1500"), 1_500);
    const date = "Wed, 25 Nov 2026 10:00:00 GMT";
    const later = "Wed, 25 Nov 2026 10:00:30 GMT";
    assert.equal(wait("date", date, "retry-after", later), 30_000);
    assert.equal(wait("retry-after", "soon"), 62_500);
    const quick = Buffer.from(
      JSON.stringify(openAi(null, "try again in 20ms", "rate_limit_error")),
    );
    assert.equal(readError(429, [], quick).retryAfterMs, 20);
  });
});
