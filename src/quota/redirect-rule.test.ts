import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { AccountQuota } from "./accounts.ts";
import { heldWindows } from "./redirect-rule.ts";

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const RULE = {
  at: { fiveHour: 90, sevenDay: 90, overage: 80 },
  hysteresis: 5,
  preferWait: 0,
};

/** Percentages of 5h, 7d and overage; each resets in an hour unless told otherwise. */
function quota(
  used: readonly (number | undefined)[],
  resetsAtMs: number | undefined = NOW + HOUR,
): AccountQuota {
  const three = ["5h", "7d", "overage"];
  const windows = three.map((window, at) => ({ window, usedPercent: used[at], resetsAtMs }));
  return { principal: "dev", account: "a", observedAtMs: NOW, windows, other: {} };
}

function names(was: boolean, used: readonly (number | undefined)[], rule = RULE): string {
  return heldWindows(was, quota(used), rule, NOW)
    .map(({ window }) => window)
    .join();
}

describe("heldWindows", () => {
  it("S1-032, S1-033, S1-034, S1-103: begins when any one window reaches its percentage", () => {
    const cases: readonly [number, number, number, string][] = [
      [89, 89, 79, ""],
      [89.99, 0, 0, ""],
      [90, 0, 0, "5h"],
      [0, 90, 0, "7d"],
      [0, 0, 80, "overage"],
      [90, 90, 0, "5h,7d"],
      [90, 0, 80, "5h,overage"],
      [0, 90, 80, "7d,overage"],
      [100, 120, 100, "5h,7d,overage"],
    ];
    for (const [five, seven, overage, expected] of cases) {
      assert.equal(names(false, [five, seven, overage]), expected, `${five} ${seven} ${overage}`);
    }
  });

  it("S1-035, S1-104: ends when all three are below it less the hysteresis", () => {
    const cases: readonly [number, number, number, string][] = [
      [85, 0, 0, "5h"],
      [84, 0, 0, ""],
      [0, 85, 0, "7d"],
      [0, 84.9, 0, ""],
      [0, 0, 75, "overage"],
      [0, 0, 74, ""],
      [84, 84, 74, ""],
      [84, 85, 74, "7d"],
    ];
    for (const [five, seven, overage, expected] of cases) {
      assert.equal(names(true, [five, seven, overage]), expected, `${five} ${seven} ${overage}`);
    }
  });

  it("S1-020, C-16: takes no notice of a window of one model, nor of one that is not told", () => {
    const known = quota([10, undefined, undefined]);
    const windows = [...known.windows, { window: "7d_opus", usedPercent: 99 }];
    assert.deepEqual(heldWindows(false, { ...known, windows }, RULE, NOW), []);
  });

  it("is over at the reset, to the millisecond", () => {
    const full = quota([100, 100, 100]);
    assert.equal(heldWindows(true, full, RULE, NOW + HOUR - 1).length, 3);
    assert.deepEqual(heldWindows(true, full, RULE, NOW + HOUR), []);
  });

  it("is over in the end where no reset is told", () => {
    const { windows, ...known } = quota([100, 0, 0]);
    const untold = windows.map((window) => ({ ...window, resetsAtMs: undefined }));
    const [held] = heldWindows(true, { ...known, windows: untold }, RULE, NOW);
    assert.equal(held?.untilMs, NOW + 5 * HOUR);
    assert.deepEqual(heldWindows(true, { ...known, windows: untold }, RULE, NOW + 5 * HOUR), []);
  });

  it("waits for a reset that is near, but ends nothing early for it", () => {
    const rule = { ...RULE, preferWait: HOUR + 1 };
    assert.equal(names(false, [100, 0, 0], rule), "");
    assert.equal(names(false, [100, 0, 0], { ...RULE, preferWait: HOUR }), "5h");
    assert.equal(names(true, [100, 0, 0], rule), "5h");
  });

  it("never swings: between two unchanged looks nothing changes", () => {
    const percent = fc.option(fc.float({ min: 0, max: 130, noNaN: true }), { nil: undefined });
    const whole = fc.integer({ min: 1, max: 100 });
    fc.assert(
      fc.property(
        fc.tuple(percent, percent, percent),
        fc.tuple(whole, whole, whole),
        fc.integer({ min: 0, max: 99 }),
        fc.boolean(),
        (used, [fiveHour, sevenDay, overage], hysteresis, was) => {
          const rule = { at: { fiveHour, sevenDay, overage }, hysteresis, preferWait: 0 };
          const is = heldWindows(was, quota(used), rule, NOW).length > 0;
          assert.equal(heldWindows(is, quota(used), rule, NOW).length > 0, is);
        },
      ),
    );
  });
});
