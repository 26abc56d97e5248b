import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { waitInHeaders, waitInText } from "./retry-after.ts";

describe("the wait before a retry", () => {
  const DATE = "Wed, 25 Nov 2026 10:00:00 GMT";
  const LATER = "Wed, 25 Nov 2026 10:00:30 GMT";
  const HEADERS: readonly (readonly [readonly string[], number | undefined])[] = [
    [["retry-after-ms", "1500.2", "retry-after", "9"], 1_501],
    [["retry-after-ms", "soon", "retry-after", "0.5"], 500],
    [["retry-after", LATER, "date", DATE], 30_000],
    [["retry-after", DATE, "date", LATER], 0],
    [["retry-after", LATER], undefined],
    [["retry-after", "-1"], undefined],
    [["retry-after", "-1", "date", DATE], undefined],
    [["retry-after", "1e9", "date", DATE], undefined],
    [["retry-after", "1000000000"], 1e12],
    [[], undefined],
  ];
  for (const [headers, waitMs] of HEADERS) {
    it(`is ${waitMs} ms by ${JSON.stringify(headers)}`, () =>
      assert.equal(waitInHeaders(headers), waitMs));
  }

  const TEXTS: readonly (readonly [string, number | undefined])[] = [
    ["Please try again in 6m11.5s.", 371_500],
    ["Please try again in 859ms.", 859],
    ["Please try again in 1h2m", 3_720_000],
    ["Please try again later", undefined],
  ];
  for (const [text, waitMs] of TEXTS) {
    it(`is ${waitMs} ms by ${JSON.stringify(text)}`, () => assert.equal(waitInText(text), waitMs));
  }
});
