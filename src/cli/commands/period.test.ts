import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { spanText } from "./dates.ts";
import { readSince } from "./period.ts";

const NOW = new Date(2026, 10, 21, 13, 30).getTime();

function from(text: string): number {
  const period = readSince(text, NOW);
  assert.ok(period.ok, text);
  assert.equal(period.value.to, NOW + 1);
  return period.value.from;
}

describe("readSince", () => {
  it("reads spans, days and months of this machine's calendar", () => {
    assert.equal(from("today"), new Date(2026, 10, 21).getTime());
    assert.equal(from("month"), new Date(2026, 10, 1).getTime());
    assert.equal(from("7d"), NOW - 7 * 86_400_000);
    assert.equal(from("24h"), NOW - 86_400_000);
    assert.equal(from("2026-11-01"), new Date(2026, 10, 1).getTime());
  });

  it("refuses what is no span, lies ahead, or is older than a year", () => {
    const refused = [
      "",
      "7",
      "7x",
      "0d",
      "-1d",
      "2026-02-30",
      "2026-11-22",
      "2024-01-01",
      "400d",
      "tomorrow",
    ];
    for (const text of refused) assert.equal(readSince(text, NOW).ok, false, text);
  });
});

describe("spanText", () => {
  it("gives the two largest units", () => {
    const examples = [
      [-5, "0s"],
      [45_000, "45s"],
      [8_040_000, "2h 14m"],
      [7_200_000, "2h"],
      [273_600_000, "3d 4h"],
      [172_800_000, "2d"],
    ] as const;
    for (const [ms, text] of examples) assert.equal(spanText(ms), text);
  });
});
