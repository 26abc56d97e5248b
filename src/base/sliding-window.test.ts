import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { SlidingWindow } from "./sliding-window.ts";

describe("SlidingWindow", () => {
  it("has room again when the oldest is as old as the window", () => {
    const window = new SlidingWindow(2, 1_000);
    window.take(1, 0);
    window.take(1, 300);
    assert.equal(window.waitMs(1, 400), 600);
    assert.equal(window.waitMs(2, 400), 900);
    assert.equal(window.waitMs(1, 1_000), 0);
  });

  it("lets more than the whole limit through when nothing else is in it", () => {
    const window = new SlidingWindow(10, 1_000);
    assert.equal(window.waitMs(50, 0), 0);
    window.take(50, 0);
    assert.equal(window.waitMs(1, 10), 990);
  });

  it("takes a correction for what is inside, and from now on for what is past", () => {
    const window = new SlidingWindow(10, 1_000);
    const first = window.take(4, 0);
    window.correct(first, 9, 500);
    assert.equal(window.usedAt(500), 9);
    window.correct(first, 2, 600);
    assert.equal(window.usedAt(600), 2);
    window.correct(first, 5, 2_000);
    assert.equal(window.usedAt(2_000), 3);
    window.correct(first, 1, 2_500);
    assert.equal(window.usedAt(2_500), 3);
  });

  it("never holds more than its limit in any span, whoever asks when", () => {
    const steps = fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 1, max: 5 })), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(steps, fc.integer({ min: 5, max: 12 }), (asked, limit) => {
        const window = new SlidingWindow(limit, 1_000);
        const taken: { readonly atMs: number; readonly amount: number }[] = [];
        let nowMs = 0;
        for (const [gapMs, amount] of asked) {
          nowMs += gapMs;
          // Waits as long as it is told; then there is room.
          nowMs += window.waitMs(amount, nowMs);
          assert.equal(window.waitMs(amount, nowMs), 0);
          window.take(amount, nowMs);
          taken.push({ atMs: nowMs, amount });
          const inSpan = taken.filter(({ atMs }) => atMs > nowMs - 1_000);
          const used = inSpan.reduce((sum, { amount: part }) => sum + part, 0);
          assert.ok(used <= limit, `${used} of ${limit} within a span`);
        }
      }),
      { numRuns: 500 },
    );
  });
});
