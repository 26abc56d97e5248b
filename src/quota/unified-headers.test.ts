import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseUnified, type QuotaWindow } from "./unified-headers.ts";

const P = "anthropic-ratelimit-unified-";

/** Header lists of unified fields, given without the prefix. */
function unified(fields: Readonly<Record<string, string>>): string[] {
  return Object.entries(fields).flatMap(([name, value]) => [`${P}${name}`, value]);
}

function windowsOf(fields: Readonly<Record<string, string>>): readonly QuotaWindow[] {
  return parseUnified(unified(fields))?.windows ?? [];
}

function usedPercent(utilization: string): number | undefined {
  return windowsOf({ "5h-utilization": utilization })[0]?.usedPercent;
}

describe("parseUnified", () => {
  /** @see requirements S1-125 to S1-132 */
  it("reads every field that a Max plan answers with", () => {
    assert.deepEqual(
      parseUnified(
        unified({
          "5h-utilization": "0.09",
          "7d-utilization": "0.99",
          "overage-utilization": "0.0",
          "representative-claim": "seven_day",
          "5h-status": "allowed",
          "7d-status": "allowed_warning",
          "fallback-percentage": "0.5",
          "upgrade-paths": "overage",
        }),
      ),
      {
        windows: [
          { window: "5h", usedPercent: 9, status: "allowed", resetsAtMs: undefined },
          { window: "7d", usedPercent: 99, status: "allowed_warning", resetsAtMs: undefined },
          { window: "overage", usedPercent: 0, status: undefined, resetsAtMs: undefined },
        ],
        representativeClaim: "seven_day",
        other: { "fallback-percentage": "0.5", "upgrade-paths": "overage" },
      },
    );
  });

  /** @see requirements C-16, X-A19 */
  it("reads windows that it has no name for, and keeps the remaining fields as they are", () => {
    assert.deepEqual(
      parseUnified(
        unified({
          status: "rejected",
          reset: "1800000000",
          "7d_sonnet-utilization": "0.5",
          "7d_sonnet-reset": "1800000001",
          "seasonal-status": "allowed",
          "slow-budget-reset": "1800000002",
          "overage-disabled-reason": "org_level_disabled",
          "overage-in-use": "true",
          "5h-surpassed-threshold": "0.9",
          fallback: "available",
        }),
      ),
      {
        status: "rejected",
        resetsAtMs: 1_800_000_000_000,
        windows: [
          {
            window: "7d_sonnet",
            usedPercent: 50,
            status: undefined,
            resetsAtMs: 1_800_000_001_000,
          },
          { window: "seasonal", usedPercent: undefined, status: "allowed", resetsAtMs: undefined },
          {
            window: "slow-budget",
            usedPercent: undefined,
            status: undefined,
            resetsAtMs: 1_800_000_002_000,
          },
        ],
        other: {
          "overage-disabled-reason": "org_level_disabled",
          "overage-in-use": "true",
          "5h-surpassed-threshold": "0.9",
          fallback: "available",
        },
      },
    );
  });

  it("is undefined for an answer without them, API limits included", () => {
    assert.equal(parseUnified([]), undefined);
    assert.equal(
      parseUnified(["anthropic-ratelimit-requests-remaining", "4", "content-type", "x"]),
      undefined,
    );
    assert.equal(parseUnified([P, "x"]), undefined);
  });

  it("reads names in any case, and of a field that came twice the first", () => {
    const [window] =
      parseUnified([
        "Anthropic-RateLimit-Unified-5h-Utilization",
        "0.1",
        `${P}5h-utilization`,
        "0.2",
      ])?.windows ?? [];
    assert.equal(window?.usedPercent, 10);
  });

  /** @see requirements S1-013, X-R4 */
  it("takes up to 1.0 as a fraction and more as a percentage", () => {
    const cases: readonly [string, number | undefined][] = [
      ["0.09", 9],
      ["0.29", 29],
      ["0.07", 7],
      ["0.999", 99.9],
      ["1.0", 100],
      ["1", 100],
      ["0", 0],
      ["23", 23],
      ["1.5", 1.5],
      ["", undefined],
      ["-0.1", undefined],
      ["NaN", undefined],
      ["1e3", undefined],
      ["0x10", undefined],
    ];
    for (const [text, percent] of cases) assert.equal(usedPercent(text), percent, text);
  });

  it("reads a reset in epoch seconds or as an ISO date, and nothing else", () => {
    const resetOf = (text: string) => windowsOf({ "5h-reset": text })[0]?.resetsAtMs;
    assert.equal(resetOf("1778429944"), 1_778_429_944_000);
    assert.equal(resetOf("2026-05-10T16:19:04Z"), Date.UTC(2026, 4, 10, 16, 19, 4));
    for (const text of ["", "soon", "-1", "9999999999999", "2026-13-45T99:99:99Z"]) {
      assert.equal(resetOf(text), undefined, text);
    }
  });

  it("is bounded and never throws, whatever an upstream sends", () => {
    const name = fc.oneof(
      fc.string(),
      fc
        .tuple(fc.string(), fc.constantFrom("utilization", "status", "reset", "x", ""))
        .map(([window, kind]) => `${P}${window}-${kind}`),
    );
    const headers = fc
      .array(fc.tuple(name, fc.oneof(fc.string(), fc.float().map(String))), { maxLength: 200 })
      .map((pairs) => pairs.flat());
    fc.assert(
      fc.property(headers, (list) => {
        const quota = parseUnified(list);
        assert.ok((quota?.windows.length ?? 0) <= 32);
        assert.ok(Object.keys(quota?.other ?? {}).length <= 64);
        for (const window of quota?.windows ?? []) {
          assert.ok(window.usedPercent === undefined || window.usedPercent >= 0);
          if (window.resetsAtMs !== undefined) new Date(window.resetsAtMs).toISOString();
        }
      }),
      { numRuns: 300 },
    );
  });

  it("keeps a field named like a prototype away from one", () => {
    const quota = parseUnified([`${P}__proto__`, "x", `${P}__proto__-status`, "rejected"]);
    assert.deepEqual(quota?.other, {});
    assert.equal(Object.getPrototypeOf(quota?.other), Object.prototype);
    assert.equal(quota?.windows[0]?.window, "__proto__");
  });
});
