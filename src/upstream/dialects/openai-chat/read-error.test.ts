import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { UpstreamErrorKind } from "../../../canonical/index.ts";
import { readError } from "./read-error.ts";

const openai = (code: string | number | null, message = "m", type = "invalid_request_error") => ({
  error: { message, type, param: null, code },
});

describe("readError", () => {
  const kinds: readonly (readonly [UpstreamErrorKind, number, unknown])[] = [
    ["authentication", 401, openai("invalid_api_key")],
    ["authentication", 400, { code: "invalid-argument", error: "Incorrect API key provided: x" }],
    [
      "authentication",
      400,
      [
        {
          error: {
            code: 400,
            message: "API key not valid.",
            status: "INVALID_ARGUMENT",
            details: [{ reason: "API_KEY_INVALID" }],
          },
        },
      ],
    ],
    ["authentication", 401, { detail: "Invalid API Key" }],
    ["permission", 403, openai(403)],
    ["billing", 402, openai(402, "Insufficient Balance")],
    [
      "quota",
      429,
      openai("insufficient_quota", "You exceeded your current quota", "insufficient_quota"),
    ],
    ["quota", 429, openai(null, "You exceeded your current quota, please check your plan")],
    [
      "quota",
      429,
      { error: { code: "1113", message: "Insufficient balance or no resource package" } },
    ],
    [
      "rate_limit",
      429,
      {
        error: {
          code: 429,
          status: "RESOURCE_EXHAUSTED",
          message: "You exceeded your current quota",
          details: [{ "@type": "RetryInfo", retryDelay: "34.4s" }],
        },
      },
    ],
    ["rate_limit", 429, openai(429, "Provider returned error")],
    [
      "rate_limit",
      413,
      openai(
        "rate_limit_exceeded",
        "Request too large for model on tokens per minute (TPM)",
        "tokens",
      ),
    ],
    ["not_found", 404, openai("model_not_found")],
    ["not_found", 400, openai("model_not_found")],
    ["not_found", 404, openai("DeploymentNotFound")],
    ["invalid_request", 400, openai("unsupported_parameter")],
    [
      "invalid_request",
      422,
      {
        detail: [
          { type: "extra_forbidden", loc: ["body", "x"], msg: "Extra inputs are not permitted" },
        ],
      },
    ],
    ["too_large", 413, "<html>Too large</html>"],
    ["overloaded", 503, openai(503)],
    ["overloaded", 429, openai(null, "busy", "engine_overloaded_error")],
    ["timeout", 504, ""],
    ["timeout", 408, ""],
    ["server", 500, openai(null, "boom", "server_error")],
    ["server", 502, "Bad gateway"],
    ["server", 400, openai("tool_use_failed")],
    ["server", 500, openai("model_not_found")],
  ];
  for (const [kind, status, body] of kinds) {
    it(`takes ${status} ${JSON.stringify(body).slice(0, 90)} for ${kind}`, () => {
      assert.equal(read(status, body).kind, kind);
    });
  }

  const overflows: readonly (readonly [string, number, number])[] = [
    [
      "This model's maximum context length is 8192 tokens. However, your messages resulted in 10,000 tokens.",
      10_000,
      8_192,
    ],
    [
      "This model's maximum context length is 131072 tokens. However, you requested 181123 tokens (149123 in the messages, 32000 in the completion).",
      181_123,
      131_072,
    ],
    [
      "This endpoint's maximum context length is 204800 tokens. However, you requested about 255602 tokens",
      255_602,
      204_800,
    ],
    [
      "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
      537_812,
      131_072,
    ],
    ["prompt is too long: 208310 tokens > 200000 maximum", 208_310, 200_000],
    [
      "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
      1_200_000,
      1_048_576,
    ],
    ["prompt token count of 128001 exceeds the limit of 64000", 128_001, 64_000],
    [
      "Please reduce the length of the messages or completion. Current length is 70000 while limit is 65536",
      70_000,
      65_536,
    ],
    [
      "Invalid request: Your request exceeded model token limit: 262144 (requested: 263000)",
      263_000,
      262_144,
    ],
    [
      "request (40000 tokens) exceeds the available context size (32768 tokens), try increasing it",
      40_000,
      32_768,
    ],
    [
      "input length and `max_tokens` exceed context limit: 180000 + 32000 > 200000",
      212_000,
      200_000,
    ],
  ];
  for (const [message, asked, limit] of overflows) {
    it(`finds both numbers in "${message.slice(0, 60)}"`, () => {
      const { kind, tokens } = read(400, openai(null, message));
      assert.equal(kind, "context_overflow");
      assert.deepEqual([tokens?.asked, tokens?.limit], [asked, limit]);
    });
  }

  const wordless: readonly unknown[] = [
    openai("context_length_exceeded", "Your input exceeds the context window of this model."),
    openai(null, "Input Tokens Exceeded: the number of input tokens exceeds the maximum"),
    openai(null, "prompt too long; exceeded max context length"),
    openai(null, "too long", "too_many_prompt_tokens"),
    { error: { code: "1261", message: "Prompt exceeds max length" } },
    {
      error: {
        message:
          "litellm.BadRequestError: OpenAIException - This model's maximum context length is a secret",
      },
    },
  ];
  for (const body of wordless) {
    it(`recognises a full context in ${JSON.stringify(body).slice(0, 80)}`, () => {
      const { kind, tokens } = read(400, body);
      assert.deepEqual({ kind, tokens }, { kind: "context_overflow", tokens: undefined });
    });
  }

  const waits: readonly (readonly [string, readonly string[], unknown, number | undefined])[] = [
    ["seconds", ["Retry-After", "7"], openai(429), 7_000],
    ["milliseconds", ["retry-after-ms", "250.5", "retry-after", "7"], openai(429), 251],
    [
      "a date",
      ["date", "Tue, 25 Nov 2026 10:00:00 GMT", "retry-after", "Tue, 25 Nov 2026 10:00:30 GMT"],
      openai(429),
      30_000,
    ],
    ["Google's delay", [], { error: { details: [{ retryDelay: "34.4s" }] } }, 34_400],
    ["words", [], openai(429, "Please try again in 6m11.5s."), 371_500],
    ["short words", [], openai(429, "Please try again in 859ms."), 859],
    ["nothing", [], openai(429), undefined],
    ["nonsense", ["retry-after", "soon"], openai(429), undefined],
  ];
  for (const [name, headers, body, expected] of waits) {
    it(`waits by ${name}`, () => {
      assert.equal(
        readError(429, headers, Buffer.from(JSON.stringify(body))).retryAfterMs,
        expected,
      );
    });
  }

  it("unwraps what gateways wrap", () => {
    const inner = JSON.stringify({ error: { message: "slow down", type: "rate_limit_error" } });
    assert.deepEqual(
      said(400, { error: { message: `litellm.RateLimitError: AnthropicException - ${inner}` } }),
      ["slow down", "rate_limit"],
    );
    const raw = {
      error: { code: 429, message: "Provider returned error", metadata: { raw: "busy upstream" } },
    };
    assert.deepEqual(said(429, raw), ["Provider returned error: busy upstream", "rate_limit"]);
    const rawJson = {
      error: {
        code: 400,
        message: "Provider returned error",
        metadata: { raw: JSON.stringify(openai("context_length_exceeded", "too long")) },
      },
    };
    assert.deepEqual(said(400, rawJson), ["Provider returned error: too long", "context_overflow"]);
  });

  it("says something, and not too much", () => {
    assert.equal(read(502, "").message, "The upstream answered with status 502");
    assert.equal(
      read(502, "<html><body>nginx</body></html>").message,
      "The upstream answered with status 502",
    );
    assert.equal(read(502, "Bad gateway").message, "Bad gateway");
    assert.equal(read(400, openai(null, "x".repeat(5_000))).message.length, 1_000);
  });

  it("keeps the status", () => {
    assert.equal(read(418, openai(500)).status, 418);
  });
});

function read(status: number, body: unknown) {
  return readError(status, [], Buffer.from(typeof body === "string" ? body : JSON.stringify(body)));
}

function said(status: number, body: unknown): readonly string[] {
  const { message, kind } = read(status, body);
  return [message, kind];
}
