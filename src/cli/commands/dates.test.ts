import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { weekdayTime } from "./dates.ts";

describe("weekdayTime", () => {
  it("names the day of the week unless it is today", () => {
    const now = new Date(2026, 10, 25, 22, 0).getTime();
    assert.equal(weekdayTime(new Date(2026, 10, 25, 23, 5).getTime(), now), "23:05");
    assert.equal(weekdayTime(new Date(2026, 10, 26, 0, 1).getTime(), now), "Thu 00:01");
    assert.equal(weekdayTime(new Date(2026, 10, 29, 1, 49).getTime(), now), "Sun 01:49");
  });
});
