import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nanoUsd } from "../base/money.ts";
import { showCost, toDisplayCurrency, US_DOLLAR } from "./currency.ts";

describe("toDisplayCurrency", () => {
  it("needs a rate for anything but dollars", () => {
    assert.deepEqual(toDisplayCurrency({ display: "USD", rates: {} }), {
      ok: true,
      value: US_DOLLAR,
    });
    assert.deepEqual(toDisplayCurrency({ display: "INR", rates: { INR: "88.5" } }), {
      ok: true,
      value: { code: "INR", rate: "88.5" },
    });
    for (const rates of [{}, { INR: "0" }, { INR: "x" }]) {
      assert.equal(toDisplayCurrency({ display: "INR", rates }).ok, false);
    }
    assert.equal(toDisplayCurrency({ display: "constructor", rates: {} }).ok, false);
  });
});

describe("showCost", () => {
  it("shows dollars in the currency, and unknown as unknown", () => {
    assert.equal(showCost(nanoUsd(2_000_000_000n), { code: "INR", rate: "88.5" }), "₹177.0000");
    assert.equal(showCost(nanoUsd(2_000_000_000n), US_DOLLAR, { digits: 2 }), "$2.00");
    assert.equal(showCost(undefined, US_DOLLAR), "unknown");
  });
});
