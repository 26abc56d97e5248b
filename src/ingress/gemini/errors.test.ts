import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ERRORS, gatewayError } from "../../base/errors.ts";
import { firstValue } from "../../base/header-list.ts";
import type { UpstreamError } from "../../canonical/index.ts";
import { geminiArrayDialect, geminiClientDialect } from "./dialect.ts";
import { writeError } from "./write-error.ts";

const CONTEXT = { requestId: "r", credential: "caller", estimatedInputTokens: 1_000 } as const;
const TYPE = "type.googleapis.com/google.rpc.";

const KINDS: Readonly<Record<UpstreamError["kind"], readonly [number, string]>> = {
  authentication: [401, "UNAUTHENTICATED"],
  permission: [403, "PERMISSION_DENIED"],
  billing: [403, "PERMISSION_DENIED"],
  not_found: [404, "NOT_FOUND"],
  invalid_request: [400, "INVALID_ARGUMENT"],
  context_overflow: [400, "INVALID_ARGUMENT"],
  thinking_refused: [400, "INVALID_ARGUMENT"],
  too_large: [413, "INVALID_ARGUMENT"],
  rate_limit: [429, "RESOURCE_EXHAUSTED"],
  quota: [429, "RESOURCE_EXHAUSTED"],
  overloaded: [503, "UNAVAILABLE"],
  timeout: [504, "DEADLINE_EXCEEDED"],
  server: [500, "INTERNAL"],
};

function write(error: Partial<UpstreamError>, context: Parameters<typeof writeError>[1] = CONTEXT) {
  const written = writeError({ kind: "server", message: "words", ...error }, context);
  return { ...written, error: JSON.parse(written.body).error };
}

describe("an upstream's error", () => {
  for (const [kind, [code, status]] of Object.entries(KINDS)) {
    it(`of the kind ${kind} is ${code} ${status}`, () => {
      const written = write({ kind: kind as UpstreamError["kind"] });
      assert.equal(written.status, code);
      assert.deepEqual([written.error.code, written.error.status], [code, status]);
      assert.equal(firstValue(written.headers, "x-spillway-error-source"), "upstream");
    });
  }

  it("says when to ask again where its clients look", () => {
    const { error, headers } = write({ kind: "rate_limit", retryAfterMs: 34_400 });
    assert.deepEqual(error.details, [{ "@type": `${TYPE}RetryInfo`, retryDelay: "34.4s" }]);
    assert.equal(firstValue(headers, "retry-after"), "35");
  });

  it("stops its clients where asking again is of no use", () => {
    const { error } = write({ kind: "quota" });
    assert.match(error.details[0].violations[0].quotaId, /PerDay/);
  });

  it("has the numbers of an overflow, estimated where nobody told them", () => {
    const told = write({ kind: "context_overflow", tokens: { asked: 9, limit: 8 } });
    const words = "exceeds the maximum number of tokens allowed";
    assert.equal(told.error.message, `The input token count (9) ${words} (8).`);
    const guessed = write({ kind: "context_overflow" });
    assert.equal(guessed.error.message, `The input token count (1000) ${words} (900).`);
  });

  it("tells nothing of the gateway's own credential, and is not worth a repetition", () => {
    const written = write({ kind: "authentication" }, { ...CONTEXT, credential: "gateway" });
    assert.deepEqual([written.status, written.error.status], [400, "FAILED_PRECONDITION"]);
    assert.doesNotMatch(written.body, /words/);
  });
});

describe("a gateway's error", () => {
  it("has a status word for every status that there is", () => {
    for (const code of Object.keys(ERRORS) as (keyof typeof ERRORS)[]) {
      const { status, body } = geminiClientDialect.renderError(gatewayError(code, "words"), "r");
      const { error } = JSON.parse(body);
      assert.equal(status, ERRORS[code].http);
      assert.equal(error.code, status);
      assert.match(error.status, /^(?!UNKNOWN)[A-Z_]+$/, code);
      assert.equal(error.message, `Spillway: words (${code})`);
      assert.equal(error.details[0].reason, code.toUpperCase());
    }
  });

  it("stops Gemini CLI where a budget is used up, with its own words where it says until when", () => {
    const endless = gatewayError("price_unknown", "words");
    const { details } = JSON.parse(geminiClientDialect.renderError(endless, "r").body).error;
    assert.match(details[1].violations[0].quotaId, /PerDay/);
    assert.match(details[1].violations[0].description, /words/);
    const hour = gatewayError("budget_exceeded", "words", { retryAfterMs: 3_600_000 });
    const { error } = JSON.parse(geminiClientDialect.renderError(hour, "r").body);
    assert.deepEqual(error.details.slice(1), [
      { "@type": `${TYPE}RetryInfo`, retryDelay: "3600s" },
    ]);
  });

  it("ends a stream of either framing", () => {
    const error = gatewayError("upstream_failed", "words");
    const event = geminiClientDialect.renderStreamError(error);
    assert.match(event, /^data: \{"error":\{"code":502,.*\}\r\n\r\n$/);
    const list = JSON.parse(`[{}${geminiArrayDialect.renderStreamError(error)}`);
    assert.equal(list[1].error.code, 502);
  });
});
