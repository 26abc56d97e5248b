import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ExchangeFigures, ExchangeMetrics } from "./metrics.ts";

const FIGURES: ExchangeFigures = {
  operation: "messages",
  provider: "anthropic",
  status: 200,
  book: "subscription",
  tokens: { input: 10, output: 3, cacheRead: 0, cacheWrite: undefined },
  usageUnknown: false,
  costUsd: 0.25,
  headersMs: 20,
  firstByteMs: 30,
  totalMs: 700,
};

function pageOf(...all: readonly Partial<ExchangeFigures>[]): string {
  const metrics = new ExchangeMetrics({
    openStreams: () => 4,
    heldBytes: () => 5,
    queued: () => 0,
    repeating: () => 2,
    unfit: () => [
      ["anthropic", "open"],
      ["anthropic", "open"],
      ["groq", "dead"],
    ],
    loopDelayP99Seconds: () => 0.006,
  });
  for (const figures of all) metrics.exchangeEnded({ ...FIGURES, ...figures });
  return metrics.expose();
}

describe("ExchangeMetrics", () => {
  it("adds what a finished exchange says", () => {
    const page = pageOf({}, {});
    for (const line of [
      'spillway_requests_total{operation="messages",provider="anthropic",status="2xx"} 2',
      'spillway_tokens_total{kind="input",book="subscription"} 20',
      'spillway_tokens_total{kind="output",book="subscription"} 6',
      'spillway_cost_usd_total{book="subscription"} 0.5',
      'spillway_headers_seconds_count{operation="messages"} 2',
      'spillway_first_byte_seconds_bucket{operation="messages",le="0.1"} 2',
      'spillway_duration_seconds_bucket{operation="messages",le="1"} 2',
      "spillway_open_streams 4",
      "spillway_repetitions 2",
      'spillway_unfit{provider="anthropic",state="open"} 2',
      'spillway_unfit{provider="groq",state="dead"} 1',
      "spillway_held_bytes 5",
      "spillway_loop_delay_p99_seconds 0.006",
    ]) {
      assert.ok(page.split("\n").includes(line), line);
    }
    assert.doesNotMatch(page, /kind="cache/);
    assert.doesNotMatch(page, /errors_total\{/);
  });

  it("counts unknown usage as such, never as free", () => {
    const page = pageOf({ usageUnknown: true, tokens: {}, costUsd: undefined });
    assert.match(page, /^spillway_unmetered_total\{provider="anthropic"\} 1$/m);
    assert.doesNotMatch(page, /^spillway_cost_usd_total\{/m);
  });

  it("has one label for errors that no list knows", () => {
    const errors = ["overloaded_error", "new_error_1", "new_error_2", "__proto__", "http_418"].map(
      (code) => ({ error: { code, source: "upstream" } }),
    );
    const page = pageOf(...errors);
    assert.match(page, /^spillway_errors_total\{code="overloaded_error",source="upstream"\} 1$/m);
    assert.match(page, /^spillway_errors_total\{code="other",source="upstream"\} 3$/m);
    assert.match(page, /^spillway_errors_total\{code="http_4xx",source="upstream"\} 1$/m);
  });

  it("counts errors by code and source, and answers that never came", () => {
    const page = pageOf({
      status: undefined,
      error: { code: "client_closed", source: "client" },
      headersMs: undefined,
      firstByteMs: undefined,
    });
    assert.match(page, /^spillway_errors_total\{code="client_closed",source="client"\} 1$/m);
    assert.match(page, /status="none"\} 1$/m);
    assert.doesNotMatch(page, /^spillway_headers_seconds_count/m);
  });
});
