import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PressureGauge } from "./pressure.ts";

const INTERVAL_MS = 50;

function makeGauge() {
  const state = { nowMs: 0, heapPercent: 10, utilization: 1 };
  const gauge = new PressureGauge(() => ({ loopDelayMs: 200, heapPercent: 90 }), {
    monotonicMs: () => state.nowMs,
    heapPercent: () => state.heapPercent,
    loopUtilization: () => state.utilization,
  });
  const sample = (times: number, delayMs: number): void => {
    for (let i = 0; i < times; i += 1) {
      state.nowMs += INTERVAL_MS + delayMs;
      gauge.sample();
    }
  };
  return { gauge, state, sample };
}

describe("PressureGauge", () => {
  it("does not shed for one long pause", () => {
    const { gauge, sample } = makeGauge();
    using _ = gauge;
    sample(50, 0);
    sample(1, 900);
    sample(50, 0);
    assert.equal(gauge.shedding, false);
  });

  it("sheds while a busy loop is late again and again, and recovers within a hundred good samples", () => {
    const { gauge, sample } = makeGauge();
    using _ = gauge;
    sample(20, 0);
    sample(4, 250);
    assert.equal(gauge.shedding, true);
    assert.equal(gauge.loopDelayP99Ms, 250);
    sample(100, 0);
    assert.equal(gauge.shedding, false);
  });

  it("does not shed when the loop idles: its timers are late because something else has the processor", () => {
    const { gauge, state, sample } = makeGauge();
    using _ = gauge;
    state.utilization = 0.3;
    sample(60, 400);
    assert.equal(gauge.shedding, false);
  });

  it("sheds while the heap is nearly full", () => {
    const { gauge, state, sample } = makeGauge();
    using _ = gauge;
    state.heapPercent = 95;
    sample(21, 0);
    assert.equal(gauge.shedding, true);
    state.heapPercent = 50;
    sample(21, 0);
    assert.equal(gauge.shedding, false);
  });
});
