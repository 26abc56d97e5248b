import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { daysOf, isTimeZone } from "./days.ts";

const HOUR_MS = 3_600_000;

describe("daysOf", () => {
  it("cuts the first and the last day to the period", () => {
    const from = Date.parse("2026-11-20T22:00:00Z");
    const to = Date.parse("2026-11-22T01:00:00Z");
    assert.deepEqual(
      daysOf(from, to, "UTC").map(({ name, start, end }) => [name, (end - start) / HOUR_MS]),
      [
        ["2026-11-20", 2],
        ["2026-11-21", 24],
        ["2026-11-22", 1],
      ],
    );
  });

  it("follows the zone's own midnight, also at half-hour offsets", () => {
    const from = Date.parse("2026-11-20T18:29:59.999Z");
    const [first, second] = daysOf(from, from + 2, "Asia/Kolkata");
    assert.equal(first?.name, "2026-11-20");
    assert.deepEqual(second, { name: "2026-11-21", start: from + 1, end: from + 2 });
  });

  it("B-09: gives the days of a clock change 23 and 25 hours", () => {
    const spring = daysOf(
      Date.parse("2026-03-28T23:00Z"),
      Date.parse("2026-03-29T22:00Z"),
      "Europe/Berlin",
    );
    assert.deepEqual(
      spring.map(({ start, end }) => (end - start) / HOUR_MS),
      [23],
    );
    const autumn = daysOf(
      Date.parse("2026-10-24T22:00Z"),
      Date.parse("2026-10-25T23:00Z"),
      "Europe/Berlin",
    );
    assert.deepEqual(
      autumn.map(({ start, end }) => (end - start) / HOUR_MS),
      [25],
    );
  });

  it("covers the period without a gap, also where a zone leaves out a whole day", () => {
    const from = Date.parse("2011-12-28T00:00Z");
    const to = Date.parse("2012-01-02T00:00Z");
    const days = daysOf(from, to, "Pacific/Apia");
    assert.equal(days[0]?.start, from);
    assert.equal(days.at(-1)?.end, to);
    days.slice(1).forEach((day, index) => assert.equal(day.start, days[index]?.end));
    assert.ok(!days.some(({ name }) => name === "2011-12-30"));
  });
});

describe("isTimeZone", () => {
  it("knows IANA names only", () => {
    assert.equal(isTimeZone("Europe/Berlin"), true);
    assert.equal(isTimeZone("Mars/Olympus"), false);
    assert.equal(isTimeZone(""), false);
  });
});
