import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { statusLine } from "./line.ts";

const NOW = Date.parse("2026-11-25T10:00:00Z");
const iso = (minutes: number): string => new Date(NOW + minutes * 60_000).toISOString();

const SESSION = {
  session_id: "s",
  model: { id: "claude-opus-5-5", display_name: "Opus 5.5" },
  cost: { total_cost_usd: 0.4239 },
  rate_limits: {
    five_hour: { used_percentage: 37, resets_at: NOW / 1_000 + 130 * 60 },
    seven_day: { used_percentage: 12.4, resets_at: NOW / 1_000 + 76 * 3_600 },
  },
};
const ANSWER = {
  quota: {
    windows: [
      {
        window: "5h",
        used_percent: 87,
        status: "allowed",
        resets_at: iso(130),
        forecast: { burn_percent_per_hour: 20, runs_out_at: iso(39), lasts: false },
      },
      {
        window: "7d",
        used_percent: 41,
        status: "allowed",
        resets_at: iso(76 * 60),
        forecast: null,
      },
      { window: "overage", used_percent: 0, status: null, resets_at: null, forecast: null },
    ],
    overflow: null,
    redirect: null,
  },
  session: [
    { book: "subscription", cost: "$1.23", unknown: 0 },
    { book: "overflow", cost: "$0.0450", unknown: 1 },
  ],
  overflow_ready: true,
  overflow_cap: { amount: "10", currency: "USD", period: "day", used: "0.5000", used_percent: 5 },
};

function line(
  session: unknown,
  answer: unknown,
  options: { readonly columns?: number; readonly color?: boolean } = {},
): string {
  const { columns, color = false } = options;
  return statusLine(session, answer, { nowMs: NOW, columns, color });
}

describe("the status line", () => {
  it("tells model, limits with resets and forecast, cost by book, and the overflow's cap", () => {
    assert.equal(
      line(SESSION, ANSWER),
      "Opus 5.5 · 5h 87% (full in 39m, resets in 2h10m) · 7d 41% (resets in 3d4h)" +
        " · session ~$1.23 list price, in the plan + $0.0450+ overflow · overflow 0.5 of 10 USD a day used",
    );
  });

  it("says what Claude Code says where no server answers", () => {
    assert.equal(
      line(SESSION, undefined),
      "Opus 5.5 · 5h 37% (resets in 2h10m) · 7d 12% (resets in 3d4h)" +
        " · session ~$0.42 by Claude Code's estimate · Spillway is not running",
    );
    assert.equal(line(undefined, undefined), "Spillway is not running");
  });

  it("leaves out windows that have started anew", () => {
    const old = { rate_limits: { five_hour: { used_percentage: 99, resets_at: NOW / 1_000 } } };
    assert.equal(line(old, {}), "");
    const quota = { windows: [{ window: "7d", used_percent: 99, resets_at: iso(0) }] };
    assert.equal(line({}, { quota }), "");
  });

  it("says who pays when the plan is full, and where redirected requests go", () => {
    const quota = { windows: [], overflow: { label: "claude-code", until: iso(9) } };
    assert.equal(
      line({}, { ...ANSWER, session: [], quota }),
      "overflow: key claude-code pays, 0.5 of 10 USD a day used",
    );
    const redirect = { to: "litellm", since: iso(-9), reason: "7d at 91%" };
    assert.equal(line({}, { quota: { redirect } }), "redirected to litellm: 7d at 91%");
  });

  it("shortens to the terminal's width", () => {
    const full = { ...ANSWER, quota: { ...ANSWER.quota, overflow: { label: "k", until: null } } };
    assert.equal(
      line(SESSION, full, { columns: 100 }),
      "Opus 5.5 · 5h 87% full in 39m · 7d 41% 3d4h · ~$1.23 plan + $0.0450+ over · overflow 0.5/10 USD",
    );
    assert.equal(
      line(SESSION, full, { columns: 78 }),
      "Opus 5.5 · 5h 87% · 7d 41% · ~$1.23 plan + $0.0450+ over · over 0.5/10 USD",
    );
    assert.equal(line(SESSION, full, { columns: 24 }), "Opus 5.5 · 5h 87% ·…");
  });

  it("colours what should be minded, and nothing else", () => {
    const yellow = (text: string) => `\u001b[33m${text}\u001b[39m`;
    const red = (text: string) => `\u001b[31m${text}\u001b[39m`;
    const windows = (used: number, status = "allowed") => ({
      quota: { windows: [{ window: "5h", used_percent: used, status }] },
    });
    const shown = (answer: unknown) => line({}, answer, { color: true });
    assert.equal(shown(windows(79)), "5h 79%");
    assert.equal(shown(windows(80)), yellow("5h 80%"));
    assert.equal(shown(windows(20, "allowed_warning")), yellow("5h 20%"));
    assert.equal(shown(windows(95)), red("5h 95%"));
    assert.equal(shown(windows(20, "rejected")), red("5h 20%"));
  });

  it("is one line of plain text for whatever it is given, and no wider than the terminal", () => {
    const columns = fc.integer({ min: 1, max: 200 });
    const value = fc.oneof(fc.anything(), fc.constantFrom(SESSION, ANSWER), fc.object());
    fc.assert(
      fc.property(value, value, fc.string({ unit: "binary" }), columns, (a, b, name, width) => {
        const session = typeof a === "object" ? { ...a, model: { display_name: name } } : a;
        const shown = line(session, b, { columns: width });
        assert.doesNotMatch(shown, /[\p{Cc}\u2028\u2029]/u);
        assert.ok(Array.from(shown).length <= Math.max(1, width - 4));
      }),
      { numRuns: 500 },
    );
  });
});
