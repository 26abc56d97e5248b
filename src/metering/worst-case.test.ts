import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { nanoUsd } from "../base/money.ts";
import { type ModelPrices, makeCatalogue } from "./catalogue.ts";
import { priceUsage } from "./cost.ts";
import type { PriceOverride } from "./overrides.ts";
import { type Prospect, worstCase } from "./worst-case.ts";

const MILLION = 1_000_000;
const BUILT_IN = catalogue();

function catalogue(overrides: readonly PriceOverride[] = []): ModelPrices {
  const made = makeCatalogue(overrides);
  assert.ok(made.ok, made.ok ? "" : made.error);
  return made.value.of({ provider: "anthropic", kind: "anthropic" });
}

const prospect = (more: Partial<Prospect> = {}): Prospect => ({
  model: "claude-opus-5",
  bodyBytes: 2 * MILLION,
  maxTokens: 0,
  hasLongCache: false,
  ...more,
});

/** In dollars, for readable expectations. */
function dollars(more: Partial<Prospect>, from = BUILT_IN): number | undefined {
  const cost = worstCase(prospect(more), from);
  return cost === undefined ? undefined : Number(cost) / 1e9;
}

describe("worstCase", () => {
  it("takes a token for every two bytes, at the price of the dearest cache write", () => {
    assert.equal(dollars({}), 6.25);
    assert.equal(dollars({ hasLongCache: true }), 10);
    assert.equal(worstCase(prospect({ bodyBytes: 1 }), BUILT_IN), nanoUsd(6_250n));
  });

  it("adds the longest answer that the request allows", () => {
    assert.equal(dollars({ bodyBytes: 0, maxTokens: MILLION }), 25);
    assert.equal(dollars({ maxTokens: MILLION }), 31.25);
  });

  it("takes the longest answer there is when the request does not limit it", () => {
    assert.equal(dollars({ bodyBytes: 0, maxTokens: undefined }), 3.2);
    for (const maxTokens of [-1, Number.NaN, Number.NEGATIVE_INFINITY]) {
      assert.equal(dollars({ bodyBytes: 0, maxTokens }), 3.2, String(maxTokens));
    }
  });

  it("bounds what no request has, and rounds parts up", () => {
    assert.equal(dollars({ bodyBytes: 0, maxTokens: Number.MAX_VALUE }), 2_500);
    assert.equal(dollars({ bodyBytes: 0, maxTokens: Number.POSITIVE_INFINITY }), 2_500);
    assert.equal(worstCase(prospect({ bodyBytes: 0, maxTokens: 0.5 }), BUILT_IN), nanoUsd(25_000n));
  });

  it("fills a context at most, however large the images of a body are", () => {
    assert.equal(dollars({ bodyBytes: 30 * MILLION }), 6.25);
  });

  it("takes the prices of long prompts where the bound is one", () => {
    const short = { model: "claude-haiku-5-5", bodyBytes: 200_000 };
    assert.equal(dollars(short), 0.0125);
    assert.equal(dollars({ ...short, bodyBytes: 200_002 }), 0.062500625);
  });

  it("multiplies by fast mode and place as the bill does", () => {
    assert.equal(dollars({ speed: "fast" }), 12.5);
    assert.equal(dollars({ inferenceGeo: "us" }), 6.875);
    assert.equal(dollars({ inferenceGeo: "global", speed: "standard" }), 6.25);
  });

  it("B-03: has no bound for a model, or a mode of it, without a price", () => {
    assert.equal(dollars({ model: "unheard-of" }), undefined);
    assert.equal(dollars({ model: undefined }), undefined);
    assert.equal(dollars({ inferenceGeo: "eu" }), undefined);
    assert.equal(dollars({ model: "claude-haiku-4-5", speed: "fast" }), undefined);
  });

  it("B-03: an explicit price of zero is free", () => {
    const free = catalogue([{ model: "house-model", input: "0", output: "0" }]);
    assert.equal(dollars({ model: "house-model", maxTokens: MILLION }, free), 0);
  });

  it("B-03: a model without prices for caches is bounded by its input price", () => {
    assert.equal(dollars({ model: "claude-2" }), 8);
  });

  it("is never below the bill of a request that kept to it", () => {
    const share = fc.integer({ min: 0, max: 100 });
    fc.assert(
      fc.property(
        fc.constantFrom("claude-opus-5", "claude-haiku-5-5", "claude-sonnet-4-5"),
        fc.integer({ min: 0, max: MILLION }),
        fc.integer({ min: 0, max: 128_000 }),
        fc.tuple(share, share, share),
        (model, tokens, output, [read, write, plain]) => {
          const sum = Math.max(1, read + write + plain);
          const part = (of: number) => Math.floor((tokens * of) / sum);
          const units = {
            input: part(plain),
            cacheRead: part(read),
            cacheWrite5m: part(write),
            output,
          };
          const usage = { entries: [{ model, kind: "message", units }], suspect: false };
          const { cost } = priceUsage(usage, BUILT_IN);
          const bound = worstCase(
            prospect({ model, bodyBytes: tokens * 2, maxTokens: output }),
            BUILT_IN,
          );
          assert.ok(cost !== undefined && bound !== undefined && cost <= bound);
        },
      ),
    );
  });
});
