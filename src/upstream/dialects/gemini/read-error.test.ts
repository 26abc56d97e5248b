import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { UpstreamError } from "../../../canonical/index.ts";
import { readError } from "./read-error.ts";

const error = (
  code: number,
  message: string,
  status: string,
  details: readonly unknown[] = [],
) => ({
  error: { code, message, status, details },
});
const KEY = error(400, "API key not valid. Please pass a valid API key.", "INVALID_ARGUMENT", [
  { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "API_KEY_INVALID" },
]);
const OVERFLOW =
  "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).";
const retry = { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34.4s" };
const daily = { violations: [{ quotaId: "GenerateRequestsPerDayPerProjectPerModel-FreeTier" }] };

const CASES: readonly (readonly [string, number, string, Partial<UpstreamError>])[] = [
  ["a bad key is a 400", 400, JSON.stringify(KEY), { kind: "authentication" }],
  ["in an array", 400, JSON.stringify([KEY]), { kind: "authentication" }],
  ["as an event", 400, `data: ${JSON.stringify(KEY)}\r\n\r\n`, { kind: "authentication" }],
  [
    "laid out over lines",
    404,
    JSON.stringify(error(404, "gone", "NOT_FOUND"), null, 2),
    { kind: "not_found", message: "gone" },
  ],
  ["no login", 401, JSON.stringify(error(401, "x", "UNAUTHENTICATED")), { kind: "authentication" }],
  [
    "a word that every object knows",
    500,
    JSON.stringify(error(500, "x", "__proto__")),
    { kind: "server" },
  ],
  ["no right", 403, JSON.stringify(error(403, "x", "PERMISSION_DENIED")), { kind: "permission" }],
  [
    "billing is off",
    403,
    JSON.stringify(error(403, "x", "PERMISSION_DENIED", [{ reason: "BILLING_DISABLED" }])),
    { kind: "billing" },
  ],
  [
    "too fast",
    429,
    JSON.stringify(error(429, "x", "RESOURCE_EXHAUSTED", [retry])),
    { kind: "rate_limit", retryAfterMs: 34_400 },
  ],
  [
    "the day is used up",
    429,
    JSON.stringify(error(429, "x", "RESOURCE_EXHAUSTED", [daily, retry])),
    { kind: "quota", retryAfterMs: 34_400 },
  ],
  [
    "too long",
    400,
    JSON.stringify(error(400, OVERFLOW, "INVALID_ARGUMENT")),
    { kind: "context_overflow", tokens: { asked: 1_200_000, limit: 1_048_576 } },
  ],
  [
    "too long, told shorter",
    400,
    JSON.stringify(
      error(
        400,
        "The input token count exceeds the maximum number of tokens allowed 1048576.",
        "INVALID_ARGUMENT",
      ),
    ),
    { kind: "context_overflow", tokens: undefined },
  ],
  [
    "too big",
    400,
    JSON.stringify(
      error(400, "Request payload size exceeds the limit: 20971520 bytes.", "INVALID_ARGUMENT"),
    ),
    { kind: "too_large" },
  ],
  [
    "overloaded",
    503,
    JSON.stringify(error(503, "The model is overloaded.", "UNAVAILABLE")),
    { kind: "overloaded" },
  ],
  ["too slow", 504, JSON.stringify(error(504, "x", "DEADLINE_EXCEEDED")), { kind: "timeout" }],
  ["broken", 500, JSON.stringify(error(500, "x", "INTERNAL")), { kind: "server" }],
  [
    "an error within an error's message",
    400,
    JSON.stringify({ error: { message: JSON.stringify(KEY) } }),
    { kind: "authentication", message: KEY.error.message },
  ],
  [
    "a page for a browser",
    502,
    "<html>Bad Gateway</html>",
    { kind: "server", message: "the upstream told no reason" },
  ],
  [
    "plain words",
    503,
    "no healthy upstream",
    { kind: "overloaded", message: "no healthy upstream" },
  ],
  ["nothing", 400, "", { kind: "invalid_request", message: "the upstream told no reason" }],
];

describe("readError", () => {
  for (const [name, status, body, expected] of CASES) {
    it(name, () => {
      const read = readError(status, [], Buffer.from(body));
      assert.equal(read.status, status);
      assert.deepEqual({ ...read, ...expected }, read);
    });
  }

  it("takes the delay of the headers where the body tells none", () => {
    assert.equal(readError(429, ["Retry-After", "7"], Buffer.from("")).retryAfterMs, 7_000);
    assert.equal(readError(429, ["retry-after-ms", "250"], Buffer.from("")).retryAfterMs, 250);
    assert.equal(
      readError(503, ["retry-after", "Wed, 21 Oct 2026 07:28:00 GMT"], Buffer.from(""))
        .retryAfterMs,
      undefined,
    );
  });
});
