import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Allowance } from "../base/allowance.ts";
import { PROVIDERS } from "../upstream/providers/registry.generated.ts";
import { toFreeLimits } from "./upstream-limits.ts";

const OPENROUTER = PROVIDERS.get("openrouter");
const LIMITS = {
  concurrency: undefined,
  requestsPerMinute: undefined,
  requestsPerDay: undefined,
  tokensPerMinute: undefined,
  wait: 5_000,
  queue: 7,
  pace: false,
};

describe("limits of free models", () => {
  assert.ok(OPENROUTER !== undefined);
  const definition = OPENROUTER;

  it("S3-14: are 20 a minute without a word in the configuration, for free models alone", () => {
    const limitsFor = toFreeLimits(definition, undefined, "openrouter");
    assert.equal(limitsFor?.("deepseek/deepseek-r1"), undefined);
    const free = limitsFor?.("deepseek/deepseek-r1:free");
    assert.equal(free?.provider, "openrouter free");
    assert.equal(free.limits.requestsPerMinute, 20);
    assert.equal(free.limits.requestsPerDay, undefined);
    assert.equal(toFreeLimits({}, undefined, "groq"), undefined);
  });

  it("S3-14: take the day's limit from the operator, and stricter ones", () => {
    const entry = { limits: { ...LIMITS, requestsPerMinute: 3 }, freePerDay: 50 };
    const free = toFreeLimits(definition, entry, "or")?.("a/b:free");
    assert.equal(free?.limits.requestsPerMinute, 3);
    assert.equal(free.limits.requestsPerDay, 50);
    assert.equal(free.limits.waitMs, 5_000);
  });

  it("S3-14: no day holds more than its limit, however it is spread", () => {
    const day = new Allowance({ requestsPerMinute: 20, requestsPerDay: 50 });
    let nowMs = 0;
    let sent = 0;
    for (; nowMs < 24 * 3_600_000; nowMs += 10_000) {
      if (day.holds(0, nowMs) !== undefined) continue;
      day.take(0, nowMs)[Symbol.dispose]();
      sent += 1;
    }
    assert.equal(sent, 50);
    assert.equal(day.holds(0, nowMs - 10_000)?.by, "requestsPerDay");
    assert.equal(day.holds(0, nowMs + 1_000), undefined);
  });
});
