import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { durationText, ordinal, shareText, tokenText } from "./number-text.ts";

describe("ordinal", () => {
  it("counts as people do", () => {
    const texts = [1, 2, 3, 4, 11, 12, 13, 21, 22, 111].map(ordinal);
    assert.equal(texts.join(" "), "1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 111th");
  });
});

describe("tokenText", () => {
  it("shows counts with three digits that mean something", () => {
    const examples = [
      [0, "0"],
      [999, "999"],
      [1_000, "1.0k"],
      [48_123, "48.1k"],
      [181_000, "181k"],
      [999_949, "1000k"],
      [999_950, "1.00M"],
      [4_812_000, "4.81M"],
      [48_120_000, "48.1M"],
      [481_200_000, "481M"],
      [1_500_000_000, "1.50G"],
    ] as const;
    for (const [count, text] of examples) assert.equal(tokenText(count), text);
  });

  it("never takes more than five characters up to a trillion", () => {
    fc.assert(
      fc.property(fc.nat(999_000_000_000), (count) => {
        assert.ok(tokenText(count).length <= 5, `${count}: ${tokenText(count)}`);
      }),
    );
  });

  it("shows what is unknown as unknown", () => {
    assert.equal(tokenText(null), "?");
    assert.equal(tokenText(undefined), "?");
  });
});

describe("durationText", () => {
  it("chooses the unit by size", () => {
    const examples = [
      [0.4, "0ms"],
      [812, "812ms"],
      [999.4, "999ms"],
      [999.6, "1.0s"],
      [4_213, "4.2s"],
      [59_949, "59.9s"],
      [59_950, "1m00s"],
      [64_000, "1m04s"],
      [599_600, "10.0m"],
      [3_599_000, "60.0m"],
      [3_600_000, "1h00m"],
      [11_100_000, "3h05m"],
    ] as const;
    for (const [ms, text] of examples) assert.equal(durationText(ms), text);
  });
});

describe("shareText", () => {
  it("says all only of all, and nothing where there is no whole", () => {
    assert.equal(shareText(999, 1_000), "99%");
    assert.equal(shareText(1_000, 1_000), "100%");
    assert.equal(shareText(0, 1_000), "0%");
    assert.equal(shareText(0, 0), "-");
    assert.equal(shareText(null, 10), "?");
    assert.equal(shareText(1, null), "?");
  });
});
