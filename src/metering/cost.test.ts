import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type ModelPrices, makeCatalogue, type Seller } from "./catalogue.ts";
import { priceUsage } from "./cost.ts";
import type { PriceOverride } from "./overrides.ts";
import type { Units, UsageEntry } from "./units.ts";

const MILLION = 1_000_000;
const ANTHROPIC = { provider: "anthropic", kind: "anthropic" };
const BUILT_IN = catalogue();

function catalogue(
  overrides: readonly PriceOverride[] = [],
  seller: Seller = ANTHROPIC,
): ModelPrices {
  const made = makeCatalogue(overrides);
  assert.ok(made.ok, made.ok ? "" : made.error);
  return made.value.of(seller);
}

/** In dollars, for readable expectations; the amounts here fit a double exactly enough. */
function dollars(model: string, units: Units, more: Partial<UsageEntry> = {}, from = BUILT_IN) {
  const filled = { input: 0, output: 0, ...units };
  const entry = { model, kind: "message", units: filled, ...more };
  const { cost } = priceUsage({ entries: [entry], suspect: false }, from);
  return cost === undefined ? undefined : Number(cost) / 1e9;
}

describe("priceUsage", () => {
  it("goes by the tier at which an answer was served, and by the usual one where it knows no other", () => {
    const openai = catalogue([], { provider: "openai", kind: "openai" });
    const cost = (model: string, serviceTier?: string) =>
      dollars(model, { input: MILLION }, { serviceTier }, openai) ?? Number.NaN;
    const rows = [
      ["gpt-5.5", "priority", 2.5],
      ["gpt-5.4", "priority", 2],
      ["gpt-5.4", "flex", 0.5],
      ["gpt-5.4", "a-new-one", 1],
      ["gpt-4o", "priority", 1],
    ] as const;
    for (const [model, tier, factor] of rows)
      assert.ok(Math.abs(cost(model, tier) - cost(model) * factor) < 1e-9, `${model} ${tier}`);
  });

  it("prices every kind of token of the current models", () => {
    const all = {
      input: MILLION,
      output: MILLION,
      cacheWrite5m: MILLION,
      cacheWrite1h: MILLION,
      cacheRead: MILLION,
    };
    const expected = [
      ["claude-fable-5-2", 8 + 40 + 10 + 16 + 0.2],
      ["claude-fable-5-1", 10 + 50 + 12.5 + 20 + 0.25],
      ["claude-opus-5-5", 4 + 20 + 5 + 8 + 0.2],
      ["claude-sonnet-5-5", 2 + 10 + 2.5 + 4 + 0.1],
      ["claude-opus-5", 5 + 25 + 6.25 + 10 + 0.5],
      ["claude-sonnet-5", 2 + 10 + 2.5 + 4 + 0.2],
      ["claude-sonnet-4-6", 3 + 15 + 3.75 + 6 + 0.3],
      ["claude-haiku-4-5", 1 + 5 + 1.25 + 2 + 0.1],
      ["claude-opus-4-1", 15 + 75 + 18.75 + 30 + 1.5],
    ] as const;
    for (const [model, sum] of expected) assert.equal(dollars(model, all), sum, model);
  });

  it("knows a model with its date, context suffix or vendor prefix, and old ones from the generated list", () => {
    const names = [
      "claude-haiku-4-5-20251001",
      "claude-haiku-4-5[1m]",
      "anthropic/claude-haiku-4.5",
      "claude-haiku-4-5@20251001",
    ];
    for (const name of names) assert.equal(dollars(name, { input: MILLION }), 1, name);
    assert.equal(dollars("claude-3-5-haiku-20241022", { input: MILLION }), 0.8);
    assert.equal(dollars("claude-sonnet-4-20250514", { output: MILLION }), 15);
  });

  it("does not price an unknown model by a known one's prefix, nor take it for free", () => {
    for (const model of ["claude-sonnet-5-6", "claude-opus-5-5-turbo", "gpt-5", ""]) {
      const entry = { model, kind: "message", units: { input: 1, output: 1 } };
      const priced = priceUsage({ entries: [entry], suspect: false }, BUILT_IN);
      assert.deepEqual(
        [priced.cost, priced.priceVersion, priced.unpriced],
        [undefined, undefined, [model]],
      );
    }
  });

  it("bills every token of a Haiku 5.5 request at the higher band above 100,000 prompt tokens", () => {
    const low = {
      input: 40_000,
      cacheRead: 30_000,
      cacheWrite5m: 20_000,
      cacheWrite1h: 10_000,
      output: 10_000,
    };
    const lowCost = 0.004 + 0.0003 + 0.0025 + 0.002 + 0.005;
    assert.equal(dollars("claude-haiku-5-5", low), lowCost);
    const high = { ...low, input: 40_001 };
    assert.equal(dollars("claude-haiku-5-5", high), 0.0690005);
    assert.equal(dollars("claude-haiku-5-5", { input: 100_000, output: 200_000 }), 0.11);
  });

  it("applies fast mode, US residency and batch together, and not to web searches", () => {
    const units = { input: MILLION, output: MILLION, webSearches: 1_000 };
    assert.equal(dollars("claude-opus-5", units), 40);
    assert.equal(dollars("claude-opus-5", units, { speed: "fast" }), 70);
    assert.equal(dollars("claude-opus-5-5", units, { speed: "fast" }), 58);
    assert.equal(dollars("claude-opus-5", units, { inferenceGeo: "us" }), 43);
    assert.equal(dollars("claude-opus-5", units, { serviceTier: "batch" }), 25);
    assert.equal(dollars("claude-opus-5", units, { speed: "fast", inferenceGeo: "us" }), 76);
    assert.equal(
      dollars("claude-opus-5", units, {
        speed: "standard",
        inferenceGeo: "global",
        serviceTier: "priority",
      }),
      40,
    );
  });

  it("has no price for a mode that the model or the list does not have", () => {
    assert.equal(dollars("claude-sonnet-5", { input: 1 }, { speed: "fast" }), undefined);
    assert.equal(dollars("claude-sonnet-4-5", { input: 1 }, { inferenceGeo: "us" }), undefined);
    assert.equal(dollars("claude-opus-5", { input: 1 }, { inferenceGeo: "moon" }), undefined);
    assert.equal(dollars("claude-2", { input: 1, cacheRead: 1 }), undefined);
    assert.equal(dollars("claude-2", { input: MILLION, cacheRead: 0 }), 8);
  });

  it("asks the request's terms where the usage does not say", () => {
    const entry = { model: "claude-opus-5", kind: "message", units: { input: MILLION, output: 0 } };
    const price = (more: Partial<UsageEntry>) =>
      priceUsage({ entries: [{ ...entry, ...more }], suspect: false }, BUILT_IN, { speed: "fast" })
        .cost;
    assert.equal(price({}), 10_000_000_000n);
    assert.equal(price({ speed: "standard" }), 5_000_000_000n);
    assert.equal(price({ kind: "advisor_message" }), 5_000_000_000n);
  });

  it("prices each model of an exchange at its own rates", () => {
    const priced = priceUsage(
      {
        suspect: false,
        entries: [
          { model: "claude-sonnet-5", kind: "message", units: { input: MILLION, output: 0 } },
          {
            model: "claude-opus-4-8",
            kind: "advisor_message",
            units: { input: MILLION, output: 0 },
          },
        ],
      },
      BUILT_IN,
    );
    assert.equal(priced.cost, 7_000_000_000n);
    assert.equal(
      priced.priceVersion,
      "spillway-2026-11-20/claude-sonnet-5,spillway-2026-11-20/claude-opus-4-8",
    );
    assert.deepEqual(
      priced.lines.map(({ cost }) => cost),
      [2_000_000_000n, 5_000_000_000n],
    );
  });

  it("knows no sum when one part has no price or no count, but keeps the parts that have one", () => {
    const known = { model: "claude-opus-5", kind: "message", units: { input: MILLION, output: 0 } };
    for (const other of [
      { model: "mystery", kind: "message", units: { input: 1, output: 1 } },
      { model: "claude-opus-5", kind: "message", units: { output: 1 } },
    ]) {
      const priced = priceUsage({ entries: [known, other], suspect: false }, BUILT_IN);
      assert.equal(priced.cost, undefined);
      assert.deepEqual(
        priced.lines.map(({ cost }) => cost),
        [5_000_000_000n, undefined],
      );
    }
  });

  it("rounds up once for the whole: one token of the cheapest kind costs what it costs", () => {
    assert.equal(dollars("claude-haiku-5-5", { cacheRead: 1 }), 10e-9);
    const tiny = catalogue([{ model: "tiny", input: "0.000001", output: "0" }]);
    const entry = { model: "tiny", kind: "message", units: { input: 1, output: 0 } };
    const priced = priceUsage({ entries: [entry, entry, entry], suspect: false }, tiny);
    assert.equal(priced.cost, 1n);
    assert.deepEqual(
      priced.lines.map(({ cost }) => cost),
      [1n, 0n, 0n],
    );
  });

  it("is never negative, and its lines add up", () => {
    const count = fc.option(fc.nat(100_000_000), { nil: undefined });
    const units = fc.record({
      input: fc.nat(100_000_000),
      output: fc.nat(100_000_000),
      cacheRead: count,
      cacheWrite5m: count,
      cacheWrite1h: count,
      webSearches: count,
    });
    const model = fc.constantFrom("claude-haiku-5-5", "claude-opus-5-5", "claude-fable-5-2");
    const entry = fc.record({
      model,
      kind: fc.constant("message"),
      units,
      inferenceGeo: fc.constantFrom("us", "global"),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 5 }), (entries) => {
        const { cost, lines } = priceUsage({ entries, suspect: false }, BUILT_IN);
        assert.ok(cost !== undefined && cost >= 0n);
        assert.equal(
          lines.reduce((sum, line) => sum + (line.cost ?? -1n), 0n),
          cost,
        );
      }),
    );
  });
});

describe("operator overrides", () => {
  it("win over every list, with their own version", () => {
    const own = catalogue([
      {
        model: "claude-opus-5",
        input: "1",
        output: "2",
        cacheRead: "3",
        cacheWrite5m: "4",
        cacheWrite1h: "5",
        webSearch: "6",
      },
    ]);
    const units = {
      input: MILLION,
      output: MILLION,
      cacheRead: MILLION,
      cacheWrite5m: MILLION,
      cacheWrite1h: MILLION,
      webSearches: 1_000,
    };
    assert.equal(dollars("claude-opus-5", units, {}, own), 21);
    assert.equal(dollars("claude-opus-5-20260301", { input: MILLION }, {}, own), 1);
    assert.match(own.find("claude-opus-5")?.id ?? "", /^config-[0-9a-f]{12}\/claude-opus-5$/);
    const other = catalogue([{ model: "claude-opus-5", input: "1.5", output: "2" }]);
    assert.notEqual(own.find("claude-opus-5")?.id, other.find("claude-opus-5")?.id);
  });

  it("price an exact dated id alone when they name it", () => {
    const own = catalogue([{ model: "claude-haiku-4-5-20251001", input: "9", output: "9" }]);
    assert.equal(dollars("claude-haiku-4-5-20251001", { input: MILLION }, {}, own), 9);
    assert.equal(dollars("claude-haiku-4-5", { input: MILLION }, {}, own), 1);
  });

  it("take explicit zero for free", () => {
    const own = catalogue([{ model: "local/llama", input: "0", output: "0" }]);
    assert.equal(dollars("local/llama", { input: MILLION, cacheRead: 5 }, {}, own), 0);
  });

  it("keep the listed model's proportions for what they leave out", () => {
    const own = catalogue([
      { model: "claude-opus-5-5", input: "2", output: "10" },
      { model: "claude-haiku-5-5", input: "0.2", output: "0.5" },
      { model: "mystery", input: "10", output: "50" },
    ]);
    assert.equal(dollars("claude-opus-5-5", { cacheRead: MILLION }, {}, own), 0.1);
    assert.equal(dollars("claude-opus-5-5", { input: MILLION }, { speed: "fast" }, own), 4);
    assert.equal(dollars("claude-haiku-5-5", { input: MILLION }, {}, own), 1);
    assert.equal(dollars("claude-haiku-5-5", { input: MILLION, output: MILLION }, {}, own), 3.5);
    assert.equal(dollars("mystery", { cacheRead: MILLION, cacheWrite1h: MILLION }, {}, own), 21);
    assert.equal(
      dollars("mystery", { input: MILLION }, { speed: "fast", inferenceGeo: "us" }, own),
      10,
    );
  });

  it("are refused with a message when negative, not a number, or given twice (B-03)", () => {
    for (const bad of ["-1", "NaN", "1e3", ""]) {
      for (const part of ["input", "output", "cacheRead", "webSearch"]) {
        const made = makeCatalogue([{ model: "m", input: "1", output: "1", [part]: bad }]);
        assert.ok(!made.ok && made.error.includes("price of m") && made.error.includes(`"${bad}"`));
      }
    }
    const twice = { model: "m", input: "1", output: "1" };
    assert.equal(makeCatalogue([twice, twice]).ok, false);
  });
});
