import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ERRORS, type ErrorCode, gatewayError } from "../../base/errors.ts";
import { firstValue } from "../../base/header-list.ts";
import type { UpstreamError, UpstreamErrorKind } from "../../canonical/index.ts";
import type { AnswerFacts } from "../../exchange/dialect.ts";
import { FACTS } from "./facts.fixture.ts";
import { openAiChatDialect } from "./index.ts";

const CODES = Object.keys(ERRORS).filter((code): code is ErrorCode => code in ERRORS);

function render(code: ErrorCode, message: string, retryAfterMs?: number) {
  const more = retryAfterMs === undefined ? {} : { retryAfterMs };
  const rendered = openAiChatDialect.renderError(gatewayError(code, message, more), "spx_1");
  return { ...rendered, error: JSON.parse(rendered.body).error };
}

function write(error: UpstreamError, facts: Partial<AnswerFacts> = {}) {
  const written = openAiChatDialect.canonical.writeError(error, { ...FACTS, ...facts });
  return { ...written, error: JSON.parse(written.body).error };
}

describe("gateway errors for clients of Chat Completions", () => {
  for (const code of CODES) {
    it(`says ${code} in the API's own envelope, with the gateway's name`, () => {
      const { status, headers, body, error } = render(code, "Something is wrong");
      assert.equal(status, ERRORS[code].http);
      assert.deepEqual(Object.keys(JSON.parse(body)), ["error"]);
      assert.deepEqual(Object.keys(error), ["message", "type", "param", "code"]);
      assert.equal(error.message, `Spillway: Something is wrong (${code})`);
      assert.equal(error.code, code);
      assert.equal(firstValue(headers, "x-spillway-error-source"), "gateway");
      assert.equal(firstValue(headers, "x-request-id"), "spx_1");
      const isFinal = ERRORS[code].retry === "never";
      assert.equal(firstValue(headers, "x-should-retry"), isFinal ? "false" : undefined);
    });
  }

  it("C-33: says that a budget is spent as a quota that no waiting helps against", () => {
    const { status, headers, error } = render("budget_exceeded", "Spent", 90_000);
    assert.equal(status, 429);
    assert.equal(error.type, "insufficient_quota");
    assert.equal(firstValue(headers, "retry-after"), "90");
  });

  it("names the field of a body that it refuses, and nothing else", () => {
    const { error } = render("invalid_body", "messages[0].tool_calls[1].id: expected a string");
    assert.equal(error.param, "messages[0].tool_calls[1].id");
    assert.equal(render("invalid_body", "The body is not a JSON object").error.param, null);
    assert.equal(render("internal", "n: a bug").error.param, null);
  });

  it("R5: is one whole event in a stream, and does not end it", () => {
    const text = openAiChatDialect.renderStreamError(gatewayError("draining", "a\nb\u2028"));
    assert.match(text, /^data: \{"error":[^\r\n]*\}\n\n$/);
  });
});

describe("errors of upstreams for clients of Chat Completions", () => {
  const ROWS: readonly (readonly [UpstreamErrorKind, number, string | null, boolean])[] = [
    ["authentication", 401, "invalid_api_key", true],
    ["permission", 403, "permission_denied", true],
    ["billing", 429, "insufficient_quota", true],
    ["not_found", 404, "model_not_found", true],
    ["invalid_request", 400, null, true],
    ["context_overflow", 400, "context_length_exceeded", true],
    ["thinking_refused", 400, "invalid_encrypted_content", true],
    ["too_large", 413, "request_too_large", true],
    ["rate_limit", 429, "rate_limit_exceeded", false],
    ["quota", 429, "insufficient_quota", true],
    ["overloaded", 503, "server_overloaded", false],
    ["timeout", 504, "timeout", false],
    ["server", 500, null, false],
  ];
  for (const [kind, status, code, isFinal] of ROWS) {
    it(`says ${kind} as the API does`, () => {
      const written = write({ kind, message: "why" });
      assert.equal(written.status, status);
      assert.equal(written.error.code, code);
      const shouldRetry = firstValue(written.headers, "x-should-retry");
      assert.equal(shouldRetry, isFinal ? "false" : undefined);
    });
  }

  for (const kind of ["authentication", "permission"] as const) {
    it(`never tells a client of the gateway's own credential (${kind})`, () => {
      const written = write({ kind, message: "key sk-secret" }, { credential: "gateway" });
      assert.equal(written.status, 502);
      assert.equal(written.error.type, "server_error");
      assert.doesNotMatch(written.body, /sk-secret/);
    });
  }

  const OVERFLOWS: readonly (readonly [string, Partial<UpstreamError>, number, RegExp])[] = [
    ["told", { tokens: { asked: 210, limit: 200 } }, 700, /is 200 tokens.* in 210 tokens/],
    ["not told", {}, 1_000, /is 900 tokens.* in 1000 tokens/],
    ["nothing estimated", {}, 0, /is 0 tokens.* in 1 tokens/],
  ];
  for (const [name, more, estimatedInputTokens, expected] of OVERFLOWS) {
    it(`words an overflow so that clients compact: ${name}`, () => {
      const overflow = { kind: "context_overflow", message: "own words", ...more } as const;
      assert.match(write(overflow, { estimatedInputTokens }).error.message, expected);
    });
  }

  it("says in whole seconds when to come back", () => {
    const { headers } = write({ kind: "rate_limit", message: "", retryAfterMs: 1_200 });
    assert.equal(firstValue(headers, "retry-after"), "2");
  });
});
