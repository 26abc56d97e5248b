import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseDurationMs } from "./duration.ts";

describe("parseDurationMs", () => {
  it("reads every unit", () => {
    const examples = [
      ["250ms", 250],
      ["75s", 75_000],
      ["10m", 600_000],
      ["2h", 7_200_000],
      ["1d", 86_400_000],
      ["0s", 0],
      ["1.5s", 1_500],
      ["0.07m", 4_200],
    ] as const;
    for (const [text, value] of examples) {
      assert.deepEqual(parseDurationMs(text), { ok: true, value });
    }
  });

  it("refuses a bare number, an unknown unit and anything else, naming it", () => {
    for (const text of ["75", "", "s", "-1s", "1 s", "1w", "1S", "1e3s", "1s ", "Infinitys"]) {
      const parsed = parseDurationMs(text);
      assert.ok(!parsed.ok && parsed.error.includes(`"${text}"`), text);
    }
  });

  it("refuses what does not fit", () => {
    assert.equal(parseDurationMs("999999999999d").ok, false);
  });
});
