import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeCatalogue } from "./catalogue.ts";
import { priceUsage } from "./cost.ts";
import { toUsage } from "./usage.ts";

const DEAREST = { input: "1000", output: "1000", cacheRead: "1000", webSearch: "1000" };
const WRITES = { cacheWrite5m: "1000", cacheWrite1h: "1000" };

const ANTHROPIC = { provider: "anthropic", kind: "anthropic" };

describe("the bounds of prices", () => {
  it("keep the bill of the worst usage at the highest prices in 64 bits", () => {
    const model = "claude-opus-5";
    const made = makeCatalogue([{ model, ...DEAREST, ...WRITES }]);
    assert.ok(made.ok);
    const huge = 1e30;
    const iteration = {
      input_tokens: huge,
      output_tokens: huge,
      cache_read_input_tokens: huge,
      cache_creation: { ephemeral_5m_input_tokens: huge, ephemeral_1h_input_tokens: huge },
      server_tool_use: { web_search_requests: huge },
    };
    const iterations = Array.from({ length: 2_000 }, () => iteration);
    const usage = toUsage({ ...iteration, iterations }, { served: model });
    assert.ok(usage);
    const { cost } = priceUsage(usage, made.value.of(ANTHROPIC), {
      speed: "fast",
      inferenceGeo: "us",
    });
    assert.ok(cost !== undefined && cost > 10n ** 18n && cost < 2n ** 63n, String(cost));
  });

  it("refuse a higher price and name it, the model and the bound", () => {
    for (const part of ["input", "output", "cacheRead", "cacheWrite5m", "webSearch"]) {
      const price = { model: "m", input: "1", output: "1", [part]: "1000.01" };
      const made = makeCatalogue([price]);
      assert.ok(!made.ok);
      assert.ok(made.error.startsWith(`price of m: ${part} comes to $1000.01 for a `), made.error);
      assert.ok(made.error.endsWith("at most $1000.00 can be billed"), made.error);
    }
  });

  it("refuse what a price comes to for a cache or a long prompt", () => {
    const cache = makeCatalogue([{ model: "m", input: "600", output: "1" }]);
    assert.match(cache.ok ? "" : cache.error, /cacheWrite1h comes to \$1200\.00/);
    const long = makeCatalogue([{ model: "claude-haiku-5-5", input: "300", output: "1" }]);
    assert.match(long.ok ? "" : long.error, /input comes to \$1500\.00/);
  });

  it("hold for a list as for the operator's prices", () => {
    const listed = { model: "m", usd: { input: "1001", output: "1" }, source: "s", date: "d" };
    const made = makeCatalogue([], [{ version: "v", provider: "p", prices: [listed] }]);
    assert.match(made.ok ? "" : made.error, /price of m: input comes to/);
  });
});
