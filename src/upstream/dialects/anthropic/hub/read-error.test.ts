import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { HeaderList } from "../../../../base/header-list.ts";
import type { UpstreamError } from "../../../../canonical/index.ts";
import { readError } from "./read-error.ts";

function envelope(type: string, message: string): string {
  return JSON.stringify({ type: "error", error: { type, message } });
}

describe("readError", () => {
  const TOO_LONG = "prompt is too long: 210000 tokens > 200000 maximum";
  const WITH_ANSWER =
    "input length and `max_tokens` exceed context limit: 150000 + 64000 > 200000, decrease either";
  const ROWS: readonly (readonly [
    number,
    string,
    HeaderList,
    UpstreamError["kind"],
    Partial<UpstreamError>?,
  ])[] = [
    [401, envelope("authentication_error", "invalid x-api-key"), [], "authentication"],
    [403, envelope("permission_error", "no"), [], "permission"],
    [500, envelope("__proto__", "no"), [], "server"],
    [400, envelope("constructor", "no"), [], "invalid_request"],
    [402, envelope("billing_error", "no"), [], "billing"],
    [
      400,
      envelope("invalid_request_error", "Your credit balance is too low to access"),
      [],
      "billing",
    ],
    [404, envelope("not_found_error", "model: x"), [], "not_found"],
    [400, envelope("invalid_request_error", "messages: bad"), [], "invalid_request"],
    [409, "", [], "invalid_request"],
    [
      400,
      envelope("invalid_request_error", TOO_LONG),
      [],
      "context_overflow",
      { tokens: { asked: 210_000, limit: 200_000 } },
    ],
    [
      400,
      envelope("invalid_request_error", WITH_ANSWER),
      [],
      "context_overflow",
      { tokens: { asked: 214_000, limit: 200_000, answer: 64_000 } },
    ],
    [
      400,
      envelope("invalid_request_error", "Input is too long for requested model."),
      [],
      "context_overflow",
    ],
    [413, "<html>413</html>", [], "too_large"],
    [
      429,
      envelope("rate_limit_error", "slow down"),
      ["Retry-After", "7"],
      "rate_limit",
      { retryAfterMs: 7_000 },
    ],
    [429, "", ["retry-after-ms", "350"], "rate_limit", { retryAfterMs: 350 }],
    [429, "", ["retry-after", "Wed, 25 Nov 2026 19:00:00 GMT"], "rate_limit"],
    [
      429,
      envelope("rate_limit_error", "limit"),
      ["anthropic-ratelimit-unified-status", "rejected"],
      "quota",
    ],
    [529, envelope("overloaded_error", "Overloaded"), [], "overloaded"],
    [503, "", [], "overloaded"],
    [504, envelope("timeout_error", "late"), [], "timeout"],
    [500, envelope("api_error", "Internal server error"), [], "server"],
    [502, "<html>bad gateway</html>", [], "server"],
    [500, envelope("overloaded_error", "Overloaded"), [], "overloaded"],
  ];
  for (const [status, body, headers, kind, more] of ROWS) {
    it(`takes ${status} ${body.slice(0, 90)} for ${kind} ${headers.join(" ")}`, () => {
      const { message, ...error } = readError(status, headers, Buffer.from(body));
      assert.deepEqual(error, { kind, status, ...more });
      assert.notEqual(message, "");
    });
  }

  it("survives any body", () => {
    fc.assert(
      fc.property(fc.nat(599), fc.oneof(fc.json(), fc.string()), (status, body) => {
        assert.equal(readError(status, [], Buffer.from(body)).status, status);
      }),
    );
  });
});
