import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { firstValue } from "../../base/header-list.ts";
import type { UpstreamError, UpstreamErrorKind } from "../../canonical/index.ts";
import type { ErrorContext } from "../upstream-error.ts";
import { writeError } from "./write-error.ts";

const CONTEXT = { requestId: "spx_1", credential: "caller", estimatedInputTokens: 1_000 } as const;

function write(error: UpstreamError, context: Partial<ErrorContext> = {}) {
  const { status, headers, body } = writeError(error, { ...CONTEXT, ...context });
  return { status, headers, ...JSON.parse(body) };
}

describe("writeError", () => {
  const ROWS: readonly (readonly [UpstreamErrorKind, number, string, boolean])[] = [
    ["authentication", 401, "authentication_error", true],
    ["permission", 403, "permission_error", true],
    ["billing", 402, "billing_error", true],
    ["not_found", 404, "not_found_error", true],
    ["invalid_request", 400, "invalid_request_error", true],
    ["context_overflow", 400, "invalid_request_error", true],
    ["thinking_refused", 400, "invalid_request_error", true],
    ["too_large", 413, "request_too_large", true],
    ["rate_limit", 429, "rate_limit_error", false],
    ["quota", 429, "rate_limit_error", true],
    ["overloaded", 529, "overloaded_error", false],
    ["timeout", 504, "timeout_error", false],
    ["server", 500, "api_error", false],
  ];
  for (const [kind, status, type, isFinal] of ROWS) {
    it(`says ${kind} as the API does`, () => {
      const written = write({ kind, message: "why" });
      assert.equal(written.status, status);
      assert.equal(written.type, "error");
      assert.equal(written.error.type, type);
      assert.equal(written.request_id, "spx_1");
      const shouldRetry = firstValue(written.headers, "x-should-retry");
      assert.equal(shouldRetry, isFinal ? "false" : undefined);
    });
  }

  for (const kind of ["authentication", "permission"] as const) {
    it(`never tells a client of the gateway's own credential (${kind})`, () => {
      const written = write({ kind, message: "key sk-secret" }, { credential: "gateway" });
      assert.equal(written.status, 502);
      assert.equal(written.error.type, "api_error");
      assert.doesNotMatch(JSON.stringify(written), /sk-secret/);
    });
  }

  it("words an overflow by the answer's room alone so that clients ask for a shorter one", () => {
    const tokens = { asked: 210, limit: 200, answer: 64 };
    const written = write({ kind: "context_overflow", message: "own words", tokens });
    assert.equal(
      written.error.message,
      "input length and `max_tokens` exceed context limit: 146 + 64 > 200",
    );
  });

  const OVERFLOWS: readonly (readonly [string, Partial<UpstreamError>, object, string])[] = [
    ["told", { tokens: { asked: 210, limit: 200 } }, {}, "210 tokens > 200"],
    [
      "the answer's room told, without which it does not fit either",
      { tokens: { asked: 280, limit: 200, answer: 64 } },
      {},
      "280 tokens > 200",
    ],
    ["the window known", {}, { contextTokens: 900 }, "1000 tokens > 900"],
    ["an estimate below the window", {}, { contextTokens: 2_000 }, "2001 tokens > 2000"],
    ["nothing known", {}, {}, "1000 tokens > 900"],
    ["nothing estimated", {}, { estimatedInputTokens: 0 }, "1 tokens > 0"],
  ];
  for (const [name, more, context, expected] of OVERFLOWS) {
    it(`words an overflow so that clients compact: ${name}`, () => {
      const written = write({ kind: "context_overflow", message: "own words", ...more }, context);
      assert.equal(written.error.message, `prompt is too long: ${expected} maximum`);
    });
  }

  it("says in whole seconds when to come back", () => {
    const { headers } = write({ kind: "rate_limit", message: "", retryAfterMs: 1_200 });
    assert.equal(firstValue(headers, "retry-after"), "2");
  });
});
