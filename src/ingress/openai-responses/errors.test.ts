import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ErrorCode, gatewayError } from "../../base/errors.ts";
import { firstValue } from "../../base/header-list.ts";
import type { UpstreamError, UpstreamErrorKind } from "../../canonical/index.ts";
import { factsOf, parseEvents } from "./answer.fixture.ts";
import { openAiResponsesDialect } from "./index.ts";
import { madeAtSeconds } from "./request-id.ts";
import { failureOf, writeError } from "./write-error.ts";

const FACTS = factsOf();
const CALLERS = { ...FACTS, credential: "caller" } as const;

describe("upstreams' failures as Responses says them", () => {
  const ROWS: Readonly<Record<UpstreamErrorKind, readonly [number, string, boolean]>> = {
    authentication: [401, "invalid_api_key", true],
    permission: [403, "permission_denied", true],
    billing: [429, "insufficient_quota", true],
    not_found: [404, "model_not_found", true],
    invalid_request: [400, "invalid_prompt", true],
    context_overflow: [400, "context_length_exceeded", true],
    thinking_refused: [400, "invalid_encrypted_content", true],
    too_large: [413, "request_too_large", true],
    rate_limit: [429, "rate_limit_exceeded", false],
    quota: [429, "insufficient_quota", true],
    overloaded: [503, "server_is_overloaded", false],
    timeout: [504, "timeout", false],
    server: [500, "server_error", false],
  };
  for (const [kind, [status, code, isFinal]] of Object.entries(ROWS)) {
    it(`tells ${kind} by ${status} and ${code}`, () => {
      const error: UpstreamError = { kind: kind as UpstreamErrorKind, message: "Words." };
      const rendered = writeError(error, CALLERS);
      assert.equal(rendered.status, status);
      const told = JSON.parse(rendered.body).error;
      assert.deepEqual([told.code, told.message, told.param], [code, "Words.", null]);
      const retry = firstValue(rendered.headers, "x-should-retry");
      assert.equal(retry, isFinal ? "false" : undefined);
      // Codex gives up at an overload that is told in a stream.
      const within = kind === "overloaded" ? "server_error" : code;
      assert.deepEqual(failureOf(error, CALLERS), { code: within, message: "Words." });
    });
  }

  it("says how long to wait, in the header and in the words that Codex reads", () => {
    const wait = { kind: "rate_limit", message: "Slow down.", retryAfterMs: 1_500 } as const;
    const { headers, body } = writeError(wait, FACTS);
    assert.equal(firstValue(headers, "retry-after"), "2");
    assert.equal(JSON.parse(body).error.message, "Slow down. Please try again in 1.500s.");
    const told = { ...wait, message: "Please try again in 20ms." };
    assert.equal(failureOf(told, FACTS)["message"], "Please try again in 20ms.");
  });

  it("says when a plan's limit ends", () => {
    const quota = { kind: "quota", message: "Full.", retryAfterMs: 60_000 } as const;
    assert.deepEqual(JSON.parse(writeError(quota, FACTS).body).error, {
      message: "Full.",
      type: "usage_limit_reached",
      param: null,
      code: "usage_limit_reached",
      resets_in_seconds: 60,
      resets_at: madeAtSeconds(FACTS.requestId) + 60,
    });
  });

  for (const kind of ["authentication", "permission"] as const) {
    it(`never tells of ${kind} where the credential is the gateway's`, () => {
      const rendered = writeError({ kind, message: "sk-secret is wrong" }, FACTS);
      assert.equal(rendered.status, 502);
      assert.ok(!rendered.body.includes("sk-secret"));
    });
  }
});

describe("the gateway's errors as Responses says them", () => {
  const ROWS: readonly (readonly [ErrorCode, string, number, string, string, string | null])[] = [
    ["key_unknown", "No.", 401, "invalid_request_error", "invalid_api_key", null],
    ["budget_exceeded", "No.", 429, "insufficient_quota", "insufficient_quota", null],
    ["overloaded", "No.", 503, "server_error", "overloaded", null],
    ["model_not_allowed", "No.", 400, "invalid_request_error", "invalid_prompt", null],
    ["stored_key_refused", "No.", 400, "invalid_request_error", "invalid_prompt", null],
    ["owner_required", "No.", 403, "invalid_request_error", "owner_required", null],
    ["invalid_body", "No.", 400, "invalid_request_error", "invalid_body", null],
    [
      "invalid_body",
      "input[0].role: expected user",
      400,
      "invalid_request_error",
      "invalid_value",
      "input[0].role",
    ],
    [
      "invalid_body",
      "previous_response_id: expected null",
      400,
      "invalid_request_error",
      "previous_response_not_found",
      "previous_response_id",
    ],
  ];
  for (const [code, message, status, type, told, param] of ROWS) {
    it(`tells ${code} (${message}) by ${status} and ${told}`, () => {
      const rendered = openAiResponsesDialect.renderError(gatewayError(code, message), "req_1");
      assert.equal(rendered.status, status);
      assert.equal(firstValue(rendered.headers, "x-request-id"), "req_1");
      assert.deepEqual(JSON.parse(rendered.body), {
        error: { message: `Spillway: ${message} (${code})`, type, param, code: told },
      });
    });
  }

  it("ends a stream as an answer that failed", () => {
    const error = gatewayError("upstream_failed", "It broke.");
    const [event, ...others] = parseEvents(openAiResponsesDialect.renderStreamError(error));
    assert.deepEqual(others, []);
    assert.equal(event?.["type"], "response.failed");
    assert.match(JSON.stringify(event), /"code":"server_error","message":"Spillway: It broke\./);
  });
});
