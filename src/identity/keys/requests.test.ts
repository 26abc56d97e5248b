import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readKeyChange, readNewKey } from "./requests.ts";

const DEFAULTS = {
  organisation: "local",
  currency: "USD",
  timeZone: "Asia/Kolkata",
  nowMs: 1_000,
  hasRate: (code: string) => code === "USD" || code === "INR",
  policyProblem: (name: string) => (name === "us_only" ? undefined : "is not known"),
};

function made(body: unknown) {
  const read = readNewKey(body, DEFAULTS);
  assert.ok(read.ok, read.ok ? "" : read.error.message);
  return read.value;
}

function problemOf(body: unknown): string {
  const read = readNewKey(body, DEFAULTS);
  assert.ok(!read.ok);
  assert.equal(read.error.code, "invalid_body");
  return read.error.message;
}

describe("readNewKey", () => {
  it("reads everything that a key can have", () => {
    assert.deepEqual(
      made({
        name: " laptop ",
        role: "member",
        budget: ["500/month", "20.5/day"],
        currency: "INR",
        daily_requests: 100,
        models: ["claude-opus-*"],
        mode: "overflow",
        data_policy: "us_only",
        expires: "30d",
      }),
      {
        organisation: "local",
        name: "laptop",
        principal: undefined,
        role: "member",
        expiresAt: 1_000 + 30 * 86_400_000,
        settings: {
          budgets: [
            { amount: "500", currency: "INR", period: "month", timeZone: "Asia/Kolkata" },
            { amount: "20.5", currency: "INR", period: "day", timeZone: "Asia/Kolkata" },
          ],
          timeZone: "Asia/Kolkata",
          dailyRequests: 100,
          models: ["claude-opus-*"],
          mode: "overflow",
          dataPolicy: "us_only",
        },
      },
    );
  });

  it("X-B3: reads rupees a month and days", () => {
    const { settings, expiresAt } = made({ name: "x", budget_inr: 500, expires_days: 2 });
    assert.deepEqual(settings.budgets, [
      { amount: "500", currency: "INR", period: "month", timeZone: "Asia/Kolkata" },
    ]);
    assert.equal(expiresAt, 1_000 + 2 * 86_400_000);
  });

  const refusals: readonly (readonly [unknown, RegExp])[] = [
    [[], /JSON object/],
    [{}, /"name"/],
    [{ name: "" }, /"name".*1 to 80/],
    [{ name: "a\u001b[31m" }, /"name"/],
    [{ name: "x", budget: "500" }, /"budget".*500\/month/],
    [{ name: "x", budget: "-5/day" }, /"budget"/],
    [{ name: "x", budget: "NaN/day" }, /"budget"/],
    [{ name: "x", budget: "0/day" }, /"budget"/],
    [{ name: "x", budget: ["1/day", "2/day"] }, /"budget".*each period/],
    [{ name: "x", budget: "5/day", currency: "EUR" }, /"currency".*currency\.rates/],
    [{ name: "x", daily_requests: 0 }, /"daily_requests"/],
    [{ name: "x", daily_requests: 1.5 }, /"daily_requests"/],
    [{ name: "x", mode: "free" }, /"mode".*overflow/],
    [{ name: "x", data_policy: "moon_only" }, /"data_policy"/],
    [{ name: "x", expires: "soon" }, /"expires"/],
    [{ name: "x", time_zone: "Mars/Base" }, /"time_zone"/],
    [{ name: "x", role: "admin" }, /"role"/],
    [{ name: "x", budgt: "5/day" }, /"budgt".*"budget"/],
    [{ name: "x", id: "key_1" }, /"id"/],
    [{ name: "x", models: Array.from({ length: 51 }, () => "m") }, /"models"/],
  ];
  for (const [body, expected] of refusals) {
    it(`A-02: refuses ${JSON.stringify(body).slice(0, 60)}`, () => {
      assert.match(problemOf(body), expected);
    });
  }
});

describe("readKeyChange", () => {
  it("changes what is named, clears what is null, and leaves the rest", () => {
    const read = readKeyChange({ budget: null, mode: null, daily_requests: 5 }, DEFAULTS);
    assert.ok(read.ok);
    assert.deepEqual(read.value.settings, { budgets: [], mode: undefined, dailyRequests: 5 });
    assert.equal(read.value.expiresAt, undefined);
    const forever = readKeyChange({ expires: null }, DEFAULTS);
    assert.ok(forever.ok);
    assert.equal(forever.value.expiresAt, null);
  });
});
