import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readKeyChange, readNewKey } from "./requests.ts";
import { mintSecret } from "./secret-format.ts";

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
        rpm: 60,
        tpm: 100_000,
        concurrency: 4,
        session_concurrency: 2,
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
          requestsPerMinute: 60,
          tokensPerMinute: 100_000,
          concurrency: 4,
          sessionConcurrency: 2,
          models: ["claude-opus-*"],
          mode: "overflow",
          dataPolicy: "us_only",
        },
      },
    );
  });

  it("takes names of every script, in one spelling", () => {
    assert.equal(made({ name: "राज का लैपटॉप" }).name, "राज का लैपटॉप");
    assert.equal(made({ name: "cafe\u0301" }).name, "caf\u00e9");
  });

  it("A-02: makes a key for another organisation only where that is allowed", () => {
    const body = { name: "x", organisation: "acme" };
    assert.match(problemOf(body), /"organisation".*your own/);
    assert.equal(made({ name: "x", organisation: "local" }).organisation, "local");
    const allowed = readNewKey(body, { ...DEFAULTS, anyOrganisation: true });
    assert.ok(allowed.ok);
    assert.equal(allowed.value.organisation, "acme");
  });

  it("L-01: repeats no value and no name that could be a credential", () => {
    const key = mintSecret().reveal();
    const own = "sk-ant-oat01-aaaaaaaa";
    for (const secret of [key, own]) {
      for (const body of [
        { name: secret },
        { name: `my ${secret}` },
        { name: "x", principal: secret },
        { name: "x", role: secret },
        { name: "x", budget: secret },
        { name: "x", mode: secret },
        { name: "x", expires: secret },
        { name: "x", time_zone: secret },
        { name: "x", [secret]: true },
      ]) {
        assert.ok(!problemOf(body).includes(secret.slice(0, 11)), Object.keys(body).at(-1));
      }
    }
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
    [{ name: "x", rpm: 0 }, /"rpm"/],
    [{ name: "x", session_concurrency: "2" }, /"session_concurrency"/],
    [{ name: "x", mode: "free" }, /"mode".*overflow/],
    [{ name: "x", data_policy: "moon_only" }, /"data_policy"/],
    [{ name: "x", expires: "soon" }, /"expires"/],
    [{ name: "x", time_zone: "Mars/Base" }, /"time_zone"/],
    [{ name: "x", role: "admin" }, /"role"/],
    [{ name: "x", budgt: "5/day" }, /"budgt".*"budget"/],
    [{ name: "x", id: "key_1" }, /"id"/],
    [JSON.parse('{ "name": "x", "__proto__": { "role": "owner" } }'), /"__proto__"/],
    [{ name: "x", currency: "INR" }, /"currency".*send budget/],
    [{ name: "x", expires: "1d", expires_days: 2 }, /"expires_days".*contradicts/],
    [{ name: "x", budget: "5/month", budget_inr: 5 }, /"budget".*each period/],
    [{ name: "x", models: ["a\u001b[31m"] }, /"models.0"/],
    [{ name: "x", models: ["m".repeat(201)] }, /"models.0".*200/],
    [{ name: "x", models: Array.from({ length: 51 }, () => "m") }, /"models"/],
  ];
  for (const [body, expected] of refusals) {
    it(`A-02: refuses ${JSON.stringify(body).slice(0, 60)}`, () => {
      assert.match(problemOf(body), expected);
    });
  }
});

const RUPEES = { amount: "500", currency: "INR", period: "month", timeZone: "UTC" } as const;
const KEY = { settings: { budgets: [RUPEES], timeZone: "UTC", models: [] } };

describe("readKeyChange", () => {
  it("keeps the key's currency and time zone where a new budget names none", () => {
    const read = readKeyChange({ budget: "600/month" }, DEFAULTS, KEY);
    assert.ok(read.ok);
    assert.deepEqual(read.value.settings, { budgets: [{ ...RUPEES, amount: "600" }] });
  });

  it("moves the budgets to a new time zone with their key", () => {
    const read = readKeyChange({ time_zone: "Asia/Kolkata" }, DEFAULTS, KEY);
    assert.ok(read.ok);
    assert.deepEqual(read.value.settings, {
      timeZone: "Asia/Kolkata",
      budgets: [{ ...RUPEES, timeZone: "Asia/Kolkata" }],
    });
  });

  it("A-02: refuses what contradicts itself, and a move to another organisation", () => {
    for (const [body, expected] of [
      [{ budget: null, budget_inr: 5 }, /"budget_inr".*contradicts/],
      [{ budget: null, currency: "INR" }, /"currency"/],
      [{ expires: null, expires_days: 5 }, /"expires_days"/],
      [{ organisation: "acme" }, /"organisation": is not known/],
      [{ name: null }, /"name"/],
    ] as const) {
      const read = readKeyChange(body, DEFAULTS, KEY);
      assert.ok(!read.ok);
      assert.match(read.error.message, expected);
    }
  });

  it("changes what is named, clears what is null, and leaves the rest", () => {
    const change = { budget: null, mode: null, daily_requests: 5, rpm: null, tpm: 9 };
    const read = readKeyChange(change, DEFAULTS, KEY);
    assert.ok(read.ok);
    assert.deepEqual(read.value.settings, {
      budgets: [],
      mode: undefined,
      dailyRequests: 5,
      requestsPerMinute: undefined,
      tokensPerMinute: 9,
    });
    assert.equal(read.value.expiresAt, undefined);
    const forever = readKeyChange({ expires: null }, DEFAULTS, KEY);
    assert.ok(forever.ok);
    assert.equal(forever.value.expiresAt, null);
  });
});
