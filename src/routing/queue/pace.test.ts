import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pauseMs } from "./pace.ts";

const NOW = Date.parse("2026-11-26T12:00:00Z");

describe("pauseMs", () => {
  it("waits until a limit that is used up is whole again, at Anthropic", () => {
    const headers = [
      "anthropic-ratelimit-requests-remaining",
      "0",
      "anthropic-ratelimit-requests-reset",
      "2026-11-26T12:00:07Z",
      "anthropic-ratelimit-input-tokens-remaining",
      "5000",
      "anthropic-ratelimit-input-tokens-reset",
      "2026-11-26T12:00:40Z",
    ];
    assert.equal(pauseMs(200, headers, NOW), 7_000);
  });

  it("reads spans as OpenAI writes them", () => {
    const left = ["x-ratelimit-remaining-tokens", "0", "x-ratelimit-reset-tokens"];
    assert.equal(pauseMs(200, [...left, "12.5s"], NOW), 12_500);
    assert.equal(pauseMs(200, [...left, "1s200ms"], NOW), 1_200);
  });

  it("takes a 429's retry-after, and nobody else's", () => {
    assert.equal(pauseMs(429, ["Retry-After", "9"], NOW), 9_000);
    assert.equal(pauseMs(503, ["Retry-After", "9"], NOW), 0);
  });

  it("leaves long pauses, pasts and nonsense alone", () => {
    const reset = "anthropic-ratelimit-tokens-reset";
    const used = ["anthropic-ratelimit-tokens-remaining", "0", reset];
    assert.equal(pauseMs(429, ["retry-after", "3600"], NOW), 0);
    assert.equal(pauseMs(200, [...used, "2026-11-26T11:59:00Z"], NOW), 0);
    assert.equal(pauseMs(200, [...used, "soon"], NOW), 0);
    assert.equal(pauseMs(200, used.slice(0, 2), NOW), 0);
  });
});
