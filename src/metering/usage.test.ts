import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { sumTokens } from "./units.ts";
import { toUsage } from "./usage.ts";

const MODELS = { served: "claude-opus-5-5", requested: "claude-fable-5" };

function onlyEntry(raw: Readonly<Record<string, unknown>>) {
  const usage = toUsage(raw, MODELS);
  assert.equal(usage?.entries.length, 1);
  const entry = usage.entries[0];
  assert.ok(entry !== undefined);
  return { ...entry, suspect: usage.suspect };
}

function writes(total: number, fiveMinutes: number, oneHour: number) {
  const { units } = onlyEntry({
    input_tokens: 1,
    output_tokens: 1,
    cache_creation_input_tokens: total,
    cache_creation: { ephemeral_5m_input_tokens: fiveMinutes, ephemeral_1h_input_tokens: oneHour },
  });
  return [units.cacheWrite5m, units.cacheWrite1h];
}

describe("toUsage", () => {
  it("reads every unit of a plain usage for the served model", () => {
    const entry = onlyEntry({
      input_tokens: 12,
      cache_creation_input_tokens: 1_500,
      cache_read_input_tokens: 14_000,
      cache_creation: { ephemeral_5m_input_tokens: 1_000, ephemeral_1h_input_tokens: 500 },
      output_tokens: 42,
      output_tokens_details: { thinking_tokens: 7 },
      server_tool_use: { web_search_requests: 2, web_fetch_requests: 1 },
      service_tier: "standard",
      speed: "fast",
      inference_geo: "us",
    });
    assert.deepEqual(entry, {
      model: "claude-opus-5-5",
      kind: "message",
      units: {
        input: 12,
        cacheRead: 14_000,
        cacheWrite5m: 1_000,
        cacheWrite1h: 500,
        output: 42,
        reasoning: 7,
        webSearches: 2,
        webFetches: 1,
      },
      serviceTier: "standard",
      speed: "fast",
      inferenceGeo: "us",
      suspect: false,
    });
  });

  it("prefers the served model and falls back to the requested one", () => {
    const raw = { input_tokens: 1, output_tokens: 1 };
    assert.equal(toUsage(raw, MODELS)?.entries[0]?.model, "claude-opus-5-5");
    assert.equal(toUsage(raw, { requested: "x" })?.entries[0]?.model, "x");
  });

  it("keeps an explicit zero and leaves a missing count undefined", () => {
    const { units } = onlyEntry({ input_tokens: 0, output_tokens: 3 });
    assert.equal(units.input, 0);
    assert.equal(units.cacheRead, undefined);
    assert.equal(units.cacheWrite5m, undefined);
  });

  it("is undefined when nothing is counted", () => {
    assert.equal(toUsage({}, MODELS), undefined);
    assert.equal(toUsage({ service_tier: "standard", input_tokens: null }, MODELS), undefined);
  });

  it("takes cache writes without a split for 5-minute ones", () => {
    const { units } = onlyEntry({
      output_tokens: 1,
      input_tokens: 1,
      cache_creation_input_tokens: 9,
    });
    assert.deepEqual([units.cacheWrite5m, units.cacheWrite1h], [9, undefined]);
  });

  it("lets the total of cache writes decide over an older split", () => {
    assert.deepEqual(writes(3_337, 3_068, 0), [3_337, 0]);
    assert.deepEqual(writes(3_337, 0, 3_068), [0, 3_337]);
    assert.deepEqual(writes(100, 40, 50), [50, 50]);
    assert.deepEqual(writes(60, 40, 50), [10, 50]);
    assert.deepEqual(writes(0, 40, 50), [0, 0]);
  });

  it("sums iterations by type and model instead of the top level, which leaves some out", () => {
    const usage = toUsage(
      {
        input_tokens: 23_000,
        output_tokens: 1_000,
        output_tokens_details: { thinking_tokens: 100 },
        server_tool_use: { web_search_requests: 3 },
        speed: "fast",
        iterations: [
          { type: "compaction", input_tokens: 180_000, output_tokens: 3_500 },
          { type: "message", input_tokens: 23_000, output_tokens: 900 },
          {
            type: "advisor_message",
            model: "claude-opus-4-8",
            input_tokens: 2_543,
            output_tokens: 18,
          },
          { type: "message", input_tokens: 1_283, output_tokens: 100 },
        ],
      },
      MODELS,
    );
    assert.ok(usage !== undefined);
    assert.deepEqual(
      usage.entries.map((entry) => [
        entry.kind,
        entry.model,
        entry.units.input,
        entry.units.output,
      ]),
      [
        ["compaction", "claude-opus-5-5", 180_000, 3_500],
        ["message", "claude-opus-5-5", 23_000, 900],
        ["advisor_message", "claude-opus-4-8", 2_543, 18],
        ["message", "claude-opus-5-5", 1_283, 100],
      ],
    );
    assert.deepEqual(
      usage.entries.map(({ units }) => units.webSearches),
      [undefined, 3, undefined, undefined],
    );
    assert.deepEqual(
      usage.entries.map(({ units }) => units.reasoning),
      [undefined, 100, undefined, undefined],
    );
    assert.deepEqual(
      usage.entries.map(({ speed }) => speed),
      ["fast", "fast", undefined, "fast"],
    );
    assert.equal(sumTokens(usage).output, 4_518);
  });

  it("does not count searches twice when iterations carry them", () => {
    const usage = toUsage(
      {
        server_tool_use: { web_search_requests: 3 },
        iterations: [
          { type: "message", input_tokens: 1, output_tokens: 1 },
          {
            type: "message",
            input_tokens: 1,
            output_tokens: 1,
            server_tool_use: { web_search_requests: 3 },
          },
        ],
      },
      MODELS,
    );
    assert.deepEqual(
      usage?.entries.map(({ units }) => units.webSearches),
      [undefined, 3],
    );
  });

  it("falls back to the top level when iterations are null, empty or absurd", () => {
    for (const iterations of [null, [], "x", [1, null]]) {
      const { units } = onlyEntry({ input_tokens: 5, output_tokens: 6, iterations });
      assert.deepEqual([units.input, units.output], [5, 6]);
    }
  });

  it("bounds what is out of range and says so (U-06)", () => {
    const cases = [
      [-5, 0],
      [2 ** 63, 100_000_000],
      [Number.POSITIVE_INFINITY, 100_000_000],
      [1.5, 2],
      ["12", undefined],
      [{}, undefined],
      [Number.NaN, undefined],
    ] as const;
    for (const [value, expected] of cases) {
      const entry = onlyEntry({ input_tokens: value, output_tokens: 1 });
      assert.equal(entry.units.input, expected);
      assert.equal(entry.suspect, true);
    }
    assert.equal(onlyEntry({ input_tokens: 100_000_000, output_tokens: 1 }).suspect, false);
  });

  it("never gives a count outside 0 and the bound, whatever comes", () => {
    const wild = fc.oneof(fc.double(), fc.bigInt().map(Number), fc.jsonValue(), fc.integer());
    const keys = [
      "input_tokens",
      "output_tokens",
      "cache_creation_input_tokens",
      "cache_read_input_tokens",
    ];
    fc.assert(
      fc.property(
        fc.record(Object.fromEntries(keys.map((key) => [key, wild])), { requiredKeys: [] }),
        fc.record({ ephemeral_5m_input_tokens: wild, ephemeral_1h_input_tokens: wild }),
        (raw, split) => {
          const usage = toUsage({ ...raw, cache_creation: split, iterations: [raw, raw] }, MODELS);
          for (const { units } of usage?.entries ?? []) {
            for (const count of Object.values(units)) {
              const isFine =
                count === undefined || (Number.isInteger(count) && count >= 0 && count <= 1e8);
              assert.ok(isFine, String(count));
            }
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("sumTokens", () => {
  it("is unknown where any entry's input or output is, and ignores caches that were not used", () => {
    const entries = [
      {
        model: "a",
        kind: "message",
        units: { input: 1, output: 2, cacheWrite5m: 3, cacheWrite1h: 4 },
      },
      { model: "b", kind: "message", units: { input: 10 } },
    ];
    assert.deepEqual(sumTokens({ entries, suspect: false }), {
      input: 11,
      output: undefined,
      cacheRead: undefined,
      cacheWrite: 7,
    });
  });
});
