import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { budgetWindow } from "./windows.ts";

const at = (text: string) => Date.parse(text);
const iso = (epochMs: number) => new Date(epochMs).toISOString();

function shown(period: "day" | "week" | "month", timeZone: string, instant: string): string {
  const { label, startsAt, resetsAt } = budgetWindow({ period, timeZone }, at(instant));
  return `${label} ${iso(startsAt)} ${iso(resetsAt)}`;
}

describe("budgetWindow", () => {
  it("S0-32: a day begins at midnight of its zone", () => {
    assert.equal(
      shown("day", "Asia/Kolkata", "2026-11-24T18:30:00Z"),
      "2026-11-25 2026-11-24T18:30:00.000Z 2026-11-25T18:30:00.000Z",
    );
  });

  it("a week begins on Monday, also before 1970", () => {
    assert.equal(
      shown("week", "UTC", "2026-11-24T12:00:00Z"),
      "2026-11-23 2026-11-23T00:00:00.000Z 2026-11-30T00:00:00.000Z",
    );
    assert.match(shown("week", "UTC", "1969-12-30T00:00:00Z"), /^1969-12-29 /);
  });

  it("B-09: months end when they end", () => {
    assert.equal(
      shown("month", "UTC", "2028-02-29T23:59:59Z"),
      "2028-02 2028-02-01T00:00:00.000Z 2028-03-01T00:00:00.000Z",
    );
    assert.match(shown("month", "UTC", "2026-12-31T23:59:59Z"), / 2027-01-01T00:00:00\.000Z$/);
  });

  it("B-09: days with a change of the clock have 23 or 25 hours", () => {
    const hours = (instant: string) => {
      const { startsAt, resetsAt } = budgetWindow(
        { period: "day", timeZone: "Europe/Berlin" },
        at(instant),
      );
      return (resetsAt - startsAt) / 3_600_000;
    };
    assert.equal(hours("2026-03-29T12:00:00Z"), 23);
    assert.equal(hours("2026-10-25T12:00:00Z"), 25);
  });

  it("B-09: a date whose midnight the clock skips begins after the gap", () => {
    assert.match(shown("day", "America/Santiago", "2026-09-06T12:00:00Z"), / 2026-09-06T04:00:00/);
  });

  it("B-09: windows tile time, and each has a label of its own", () => {
    const zones = ["UTC", "Asia/Kolkata", "America/Santiago", "Pacific/Apia", "Europe/Berlin"];
    fc.assert(
      fc.property(
        fc.constantFrom("day", "week", "month"),
        fc.constantFrom(...zones),
        fc.integer({ min: at("2000-01-01"), max: at("2040-01-01") }),
        (period, timeZone, instant) => {
          const window = budgetWindow({ period, timeZone }, instant);
          assert.ok(window.startsAt <= instant && instant < window.resetsAt);
          const next = budgetWindow({ period, timeZone }, window.resetsAt);
          assert.equal(next.startsAt, window.resetsAt);
          assert.notEqual(next.label, window.label);
          assert.deepEqual(budgetWindow({ period, timeZone }, window.startsAt), window);
        },
      ),
      { numRuns: 300 },
    );
  });
});
