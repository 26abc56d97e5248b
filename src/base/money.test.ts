import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  formatMoney,
  formatUsd,
  fromCurrency,
  isRate,
  nanoUsd,
  parseUsd,
  toCurrency,
} from "./money.ts";

describe("parseUsd", () => {
  it("reads decimal dollars exactly", () => {
    const examples = [
      ["5.25", 5_250_000_000n],
      ["0", 0n],
      ["0.000000001", 1n],
      ["18.75", 18_750_000_000n],
      ["007.10", 7_100_000_000n],
      ["1.5000000000000", 1_500_000_000n],
      ["999999999999", 999_999_999_999_000_000_000n],
    ] as const;
    for (const [text, value] of examples) assert.deepEqual(parseUsd(text), { ok: true, value });
  });

  it("refuses negative, too fine and anything that is no plain decimal", () => {
    const refused = [
      "-1",
      "-.5",
      "1.0000000001",
      "",
      ".",
      "1.",
      ".5",
      "1e3",
      "NaN",
      "Infinity",
      "$5",
      "5 USD",
      " 5",
      "0x10",
      "1,5",
      "1_000",
    ];
    for (const text of refused) {
      const parsed = parseUsd(text);
      assert.ok(!parsed.ok && parsed.error.includes(`"${text}"`), text);
    }
  });
});

describe("formatUsd", () => {
  it("shows the exact amount with at least two decimals", () => {
    assert.equal(formatUsd(nanoUsd(5_250_000_000n)), "$5.25");
    assert.equal(formatUsd(nanoUsd(0n)), "$0.00");
    assert.equal(formatUsd(nanoUsd(1n)), "$0.000000001");
    assert.equal(formatUsd(nanoUsd(-1_500_000_000n)), "-$1.50");
  });

  it("rounds half away from zero", () => {
    assert.equal(formatUsd(nanoUsd(1_235_000_000n), { digits: 2 }), "$1.24");
    assert.equal(formatUsd(nanoUsd(-1_235_000_000n), { digits: 2 }), "-$1.24");
    assert.equal(formatUsd(nanoUsd(1_499_999_999n), { digits: 0 }), "$1");
    assert.equal(formatUsd(nanoUsd(-4_000_000n), { digits: 2 }), "$0.00");
  });

  it("comes back from parseUsd unchanged", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 20n }), (amount) => {
        assert.deepEqual(parseUsd(formatUsd(nanoUsd(amount)).slice(1)), {
          ok: true,
          value: amount,
        });
      }),
    );
  });
});

describe("formatMoney", () => {
  it("multiplies exactly by a decimal rate", () => {
    assert.equal(formatMoney(nanoUsd(1_000_000_000n), "INR", "88.5"), "₹88.5000");
    assert.equal(formatMoney(nanoUsd(100_000_000n), "EUR", "0.1", { digits: 2 }), "€0.01");
    assert.equal(
      formatMoney(nanoUsd(1n), "CHF", "0.123456789012", { digits: 18 }),
      "CHF 0.000000000123456789",
    );
    assert.equal(formatMoney(nanoUsd(1_500_000_000n), "USD", "1", { digits: 2 }), "$1.50");
  });

  it("has a form for machines: the number alone", () => {
    assert.equal(toCurrency(nanoUsd(1_000_000_000n), "88.5", { digits: 4 }), "88.5000");
    assert.equal(toCurrency(nanoUsd(-1_000_000_000n), "88.5", { digits: 1 }), "-88.5");
  });

  it("accepts a positive plain decimal as a rate and nothing else", () => {
    assert.deepEqual(["88.5", "1", "0.011"].map(isRate), [true, true, true]);
    assert.deepEqual(
      ["0", "0.0", "-1", "", "1e2", "abc", "88,5"].map(isRate),
      Array(7).fill(false),
    );
    assert.throws(() => formatMoney(nanoUsd(1n), "INR", "x"));
  });
});

describe("fromCurrency", () => {
  it("divides exactly by a decimal rate, down to the nano-dollar", () => {
    assert.equal(fromCurrency("500", "88.5"), nanoUsd(5_649_717_514n));
    assert.equal(fromCurrency("12.50", "1"), nanoUsd(12_500_000_000n));
    assert.equal(fromCurrency("1", "0.85"), nanoUsd(1_176_470_588n));
    assert.equal(fromCurrency("0.000000001", "150"), nanoUsd(0n));
  });

  it("knows nothing of an amount or a rate that is no plain decimal", () => {
    for (const amount of ["-1", "", "1e3", "NaN"]) {
      assert.equal(fromCurrency(amount, "1"), undefined, amount);
    }
    for (const rate of ["0", "-1", "", "1e3"])
      assert.equal(fromCurrency("1", rate), undefined, rate);
  });

  it("never gives more than the amount is worth, and less by under a nano-dollar", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 20n }),
        fc.bigInt({ min: 1n, max: 10n ** 9n }),
        (amount, milliRate) => {
          const rate = `${milliRate / 1_000n}.${String(milliRate % 1_000n).padStart(3, "0")}`;
          const dollars = fromCurrency(formatUsd(nanoUsd(amount)).slice(1), rate) ?? -1n;
          assert.ok(dollars * milliRate <= amount * 1_000n);
          assert.ok((dollars + 1n) * milliRate > amount * 1_000n);
        },
      ),
    );
  });
});
