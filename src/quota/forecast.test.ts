import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  extendSeries,
  type Forecast,
  forecast,
  type QuotaSeries,
  type Sample,
} from "./forecast.ts";
import type { QuotaWindow } from "./unified-headers.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = 1_800_000_000_000;

function window(name: string, usedPercent: number, resetsAtMs: number | undefined): QuotaWindow {
  return { window: name, usedPercent, resetsAtMs };
}

/** What was seen after so many minutes, and the forecast a moment later. */
function after(
  seen: readonly (readonly [minute: number, usedPercent: number])[],
  options: { readonly now: number; readonly name?: string; readonly resets?: number | undefined },
): Forecast | undefined {
  const name = options.name ?? "5h";
  const resetsAtMs = "resets" in options ? options.resets : START + 5 * HOUR;
  let series: QuotaSeries | undefined;
  for (const [minute, used] of seen) {
    series = extendSeries(series, [window(name, used, resetsAtMs)], START + minute * MINUTE);
  }
  const used = seen.at(-1)?.[1] ?? 0;
  return forecast(window(name, used, resetsAtMs), series?.[name], START + options.now * MINUTE);
}

function minutes(found: Forecast | undefined): number | undefined {
  assert.ok(found !== undefined);
  return found.runsOutAtMs === undefined ? undefined : (found.runsOutAtMs - START) / MINUTE;
}

const steady = (count: number, step: number) =>
  Array.from({ length: count }, (_, index) => [index * 5, index * step] as const);

describe("forecast", () => {
  it("tells burn and end of a window that fills steadily", () => {
    const found = after(steady(13, 3), { now: 60 });
    assert.equal(found?.burnPercentPerHour, 36);
    assert.equal(minutes(found), 60 + ((100 - 36) / 36) * 60);
  });

  const UNKNOWN = {
    "nothing was observed": after([], { now: 10 }),
    "there is one observation": after([[0, 40]], { now: 30 }),
    "too little time passed": after(
      [
        [0, 1],
        [2, 3],
      ],
      { now: 3 },
    ),
    "nothing was used for an hour": after(
      [
        [0, 10],
        [20, 40],
      ],
      { now: 81 },
    ),
    "what was used is the noise of numbers": after(
      [
        [0, 0],
        [20, Number.MIN_VALUE],
      ],
      { now: 30 },
    ),
    "it is full": after([...steady(13, 3), [61, 100]], { now: 62 }),
    "it has reset": after(steady(13, 3), { now: 301 }),
    "it is of another kind": after(steady(13, 3), { now: 60, name: "overage" }),
  };
  for (const [why, found] of Object.entries(UNKNOWN)) {
    it(`is unknown where ${why}`, () => assert.equal(found, undefined));
  }

  it("says that it lasts where it is full only at or after the reset", () => {
    assert.equal(minutes(after(steady(13, 1), { now: 60 })), undefined);
    const reset = START + 160 * MINUTE;
    // 20 % in the last hour, 80 % left: four hours.
    const seen = [
      [0, 0],
      [60, 20],
    ] as const;
    assert.equal(minutes(after(seen, { now: 60, resets: START + 5 * HOUR })), undefined);
    assert.equal(minutes(after(seen, { now: 60, resets: START + 5 * HOUR + 1 })), 300);
    assert.equal(minutes(after(seen, { now: 60, resets: reset })), undefined);
  });

  it("takes the window's length where the reset is not told", () => {
    assert.equal(
      minutes(after(steady(13, 3), { now: 60, resets: undefined })),
      60 + (64 / 36) * 60,
    );
    assert.equal(minutes(after(steady(13, 0.5), { now: 60, resets: undefined })), undefined);
  });

  it("looks at the last hour of the 5-hour window only, a plateau included", () => {
    // 40 % in the first half hour, a pause of an hour, then 6 %.
    const seen = [
      [0, 0],
      [30, 40],
      [90, 43],
      [100, 46],
    ] as const;
    assert.equal(after(seen, { now: 100 })?.burnPercentPerHour, 6);
    // The longer nothing comes, the slower it burns.
    assert.equal(after(seen, { now: 149 })?.burnPercentPerHour, 6);
    assert.equal(after(seen, { now: 151 })?.burnPercentPerHour, 3);
  });

  it("looks at the last day of the 7-day window, of one model family too", () => {
    const seen = Array.from({ length: 25 }, (_, hour) => [hour * 60, 10 + hour] as const);
    for (const name of ["7d", "7d_sonnet"]) {
      const found = after(seen, { now: 24 * 60, name, resets: START + 6 * DAY });
      assert.equal(found?.burnPercentPerHour.toFixed(6), "1.000000");
      assert.equal(minutes(found)?.toFixed(6), (90 * 60).toFixed(6));
    }
  });

  it("begins anew when the window does: at a later reset, after the known one, when it was emptied", () => {
    const old = extendSeries(undefined, [window("5h", 50, START + HOUR)], START);
    const series = extendSeries(old, [window("5h", 60, START + HOUR)], START + 30 * MINUTE);
    const anew: readonly (readonly [QuotaWindow, number])[] = [
      [window("5h", 70, START + 6 * HOUR), START + 31 * MINUTE],
      [window("5h", 70, undefined), START + HOUR],
      [window("5h", 2, START + HOUR), START + 31 * MINUTE],
    ];
    for (const [told, atMs] of anew) {
      assert.deepEqual(extendSeries(series, [told], atMs)["5h"]?.samples, [
        [atMs, told.usedPercent],
      ]);
    }
  });

  it("takes no notice of answers that overtook each other, and of a reset that is rounded otherwise", () => {
    const old = extendSeries(undefined, [window("5h", 50, START + HOUR)], START);
    const series = extendSeries(old, [window("5h", 55, START + HOUR)], START + MINUTE);
    for (const [told, atMs] of [
      [window("5h", 54, START + HOUR), START + 2 * MINUTE],
      [window("5h", 60, START + HOUR), START - MINUTE],
    ] as const) {
      assert.deepEqual(extendSeries(series, [told], atMs), series);
    }
    const rounded = extendSeries(
      series,
      [window("5h", 56, START + HOUR + 1_000)],
      START + 9 * MINUTE,
    );
    assert.equal(rounded["5h"]?.samples.length, 3);
  });

  it("keeps few samples of a window that every answer fills a little", () => {
    let series: QuotaSeries | undefined;
    for (let second = 0; second < 4 * 3_600; second += 5) {
      const told = window("5h", second / 200, START + 5 * HOUR);
      series = extendSeries(series, [told], START + second * 1_000);
    }
    const samples = series?.["5h"]?.samples ?? [];
    assert.ok(samples.length > 20 && samples.length <= 51, String(samples.length));
    const found = forecast(window("5h", 71.9, START + 5 * HOUR), series?.["5h"], START + 4 * HOUR);
    assert.ok(Math.abs((found?.burnPercentPerHour ?? 0) - 18) < 1);
  });

  it("never ends before now, nor after the reset, whatever was observed", () => {
    const anyPercent = fc.oneof(
      fc.integer({ min: 0, max: 1_300 }).map((tenths) => tenths / 10),
      fc.double({ min: 0, max: 130, noNaN: true }),
    );
    const sample = fc.tuple(fc.integer({ min: 0, max: 5 * HOUR }), anyPercent);
    const anything = {
      samples: fc.array(sample, { maxLength: 40 }),
      used: fc.option(anyPercent, { nil: undefined }),
      resets: fc.option(fc.integer({ min: -HOUR, max: 8 * DAY }), { nil: undefined }),
      now: fc.oneof(fc.integer({ min: 0, max: 6 * HOUR }), fc.integer({ min: 0, max: 8 * DAY })),
      name: fc.constantFrom("5h", "7d", "7d_opus", "overage"),
      isOrdered: fc.boolean(),
    };
    let told = 0;
    fc.assert(
      fc.property(fc.record(anything), ({ samples, used, resets, now, name, isOrdered }) => {
        const percents = samples.map(([, percent]) => percent).toSorted((a, b) => a - b);
        const seen: readonly Sample[] = isOrdered
          ? samples
              .toSorted((a, b) => a[0] - b[0])
              .map(([atMs], index) => [atMs, percents[index] ?? 0] as const)
          : samples;
        const resetsAtMs = resets === undefined ? undefined : START + resets;
        let series: QuotaSeries | undefined;
        for (const [atMs, percent] of seen) {
          series = extendSeries(series, [window(name, percent, resetsAtMs)], START + atMs);
        }
        const quotaWindow = { window: name, usedPercent: used, resetsAtMs };
        const found = forecast(quotaWindow, series?.[name], START + now);
        if (found === undefined) return;
        told += 1;
        assert.ok(found.burnPercentPerHour > 0 && Number.isFinite(found.burnPercentPerHour));
        if (found.runsOutAtMs === undefined) return;
        assert.ok(found.runsOutAtMs >= START + now);
        assert.ok(found.runsOutAtMs < (resetsAtMs ?? START + now + 7 * DAY));
      }),
      { numRuns: 2_000 },
    );
    assert.ok(told > 20, `only ${told} of the runs had a forecast`);
  });
});
