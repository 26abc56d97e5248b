import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { ExchangeLedger } from "../../ledger/index.ts";
import type { BudgetRule } from "../../store/key-record.ts";
import { BudgetGate, type Claim } from "./gate.ts";
import type { BudgetScope } from "./state.ts";

const AT = Date.parse("2026-11-24T12:00:00Z");
const DAY = 86_400_000;
const RATES = { INR: "88.5" };
const LEDGER_RATES = { priceVersion: "v1", currency: "USD", rate: "1" };
const DIME = 100_000_000n;

const rule = (amount: string, more: Partial<BudgetRule> = {}): BudgetRule => ({
  amount,
  currency: "USD",
  period: "month",
  timeZone: "UTC",
  ...more,
});
const scope = (budgets: readonly BudgetRule[], more: Partial<BudgetScope> = {}): BudgetScope => ({
  id: "key_1",
  name: "laptop",
  budgets,
  timeZone: "UTC",
  ...more,
});
const gate = (more: Partial<ConstructorParameters<typeof BudgetGate>[0]> = {}) =>
  new BudgetGate({ balances: new Map(), requests: new Map(), at: AT, ...more });
const claim = (scopes: readonly BudgetScope[], more: Partial<Claim> = {}): Claim => ({
  scopes,
  at: AT,
  rates: RATES,
  amountNano: DIME,
  allowUnpriced: false,
  ...more,
});

let exchanges = 0;

/** Admits and reserves, as an exchange does; its ledger, or the code of the refusal. */
function take(budgets: BudgetGate, wanted: Claim): ExchangeLedger | string {
  const admitted = budgets.admit(wanted);
  if (!admitted.ok) return admitted.error.code;
  exchanges += 1;
  const ledger = new ExchangeLedger({
    exchangeId: `spx_${exchanges}`,
    book: "api",
    payers: admitted.value.payers.length === 0 ? ["spend:x"] : admitted.value.payers,
    provider: "anthropic",
  });
  budgets.apply(ledger.reserve(wanted.at, wanted.amountNano ?? 0n));
  return ledger;
}

describe("BudgetGate", () => {
  it("B-01: of a thousand dimes against five dollars exactly fifty are admitted", () => {
    const budgets = gate();
    const wanted = claim([scope([rule("5")])]);
    const taken = Array.from({ length: 1_000 }, () => take(budgets, wanted));
    assert.equal(taken.filter((ledger) => typeof ledger !== "string").length, 50);
    assert.equal(budgets.states(wanted.scopes, AT, RATES)[0]?.usedNano, 5_000_000_000n);
    for (const ledger of taken) {
      if (typeof ledger !== "string") budgets.apply(ledger.settle(AT, DIME, LEDGER_RATES));
    }
    assert.equal(budgets.states(wanted.scopes, AT, RATES)[0]?.usedPercent, 100);
    assert.equal(take(budgets, wanted), "budget_exceeded");
  });

  it("gives back what was not used", () => {
    const budgets = gate();
    const wanted = claim([scope([rule("0.1")])]);
    const first = take(budgets, wanted);
    assert.ok(typeof first !== "string");
    assert.equal(take(budgets, wanted), "budget_exceeded");
    budgets.apply(first.settle(AT, 0n, LEDGER_RATES));
    assert.ok(typeof take(budgets, wanted) !== "string");
  });

  it("B-02: names the scope that said no, and holds nothing at the others", () => {
    const budgets = gate();
    const key = scope([rule("100")], { dailyRequests: 5 });
    const team = scope([rule("0.05")], { id: "team/red", name: "red team" });
    const refused = budgets.admit(claim([key, team]));
    assert.ok(!refused.ok);
    assert.match(refused.error.message, /"red team" of \$0\.05 a month/);
    assert.equal(budgets.requestsToday(key, AT)?.used, 0);
    assert.equal(budgets.states([key], AT, RATES)[0]?.usedNano, 0n);
  });

  it("says what is used, what this may cost, and when it begins anew, in the budget's money and zone", () => {
    const budgets = gate();
    const rupees = rule("500", { currency: "INR", timeZone: "Asia/Kolkata" });
    const wanted = claim([scope([rupees])], { amountNano: 4_000_000_000n });
    assert.ok(typeof take(budgets, wanted) !== "string");
    const refused = budgets.admit(wanted);
    assert.ok(!refused.ok);
    assert.equal(
      refused.error.message,
      'The budget "laptop" of ₹500.00 a month does not cover this request: ₹354.00 of it is used or held by running requests, and this one may cost up to ₹354.00. It begins anew on 1 December 2026 at 00:00 (Asia/Kolkata)',
    );
    assert.equal(refused.error.retryAfterMs, Date.parse("2026-11-30T18:30:00Z") - AT);
  });

  it("S0-32: counts requests of a day, and begins anew with the next", () => {
    const budgets = gate({ requests: new Map([["key_1", 1]]) });
    const limited = scope([], { dailyRequests: 3, timeZone: "Asia/Kolkata" });
    const codes = Array.from({ length: 3 }, () => take(budgets, claim([limited])));
    assert.deepEqual(
      codes.map((code) => typeof code),
      ["object", "object", "string"],
    );
    assert.equal(codes[2], "daily_limit_reached");
    assert.ok(typeof take(budgets, claim([limited], { at: AT + DAY })) !== "string");
    assert.deepEqual(budgets.requestsToday(limited, AT + DAY), {
      limit: 3,
      used: 1,
      resetsAt: Date.parse("2026-11-25T18:30:00Z"),
    });
  });

  it("does not count yesterday's requests that it was told of", () => {
    const budgets = gate({ requests: new Map([["key_1", 3]]) });
    const limited = scope([], { dailyRequests: 3 });
    assert.ok(typeof take(budgets, claim([limited], { at: AT + DAY })) !== "string");
  });

  it("B-09: a new window has its whole budget; a late settlement goes to the old one", () => {
    const budgets = gate();
    const daily = scope([rule("0.1", { period: "day" })]);
    const old = take(budgets, claim([daily]));
    assert.ok(typeof old !== "string");
    assert.ok(typeof take(budgets, claim([daily], { at: AT + DAY })) !== "string");
    budgets.apply(old.settle(AT + DAY, DIME, LEDGER_RATES));
    assert.equal(budgets.states([daily], AT, RATES)[0]?.usedNano, DIME);
    assert.equal(budgets.states([daily], AT + DAY, RATES)[0]?.usedNano, DIME);
  });

  it("goes on where the last process stopped", () => {
    const account = "budget:key_1/month:2026-11";
    const budgets = gate({ balances: new Map([[account, -4_950_000_000n]]) });
    assert.equal(take(budgets, claim([scope([rule("5")])])), "budget_exceeded");
    const cheap = claim([scope([rule("5")])], { amountNano: 50_000_000n });
    assert.ok(typeof take(budgets, cheap) !== "string");
  });

  it("B-03: refuses what has no price, unless that is allowed; what is free is free", () => {
    const wanted = [scope([rule("5")])];
    assert.equal(take(gate(), claim(wanted, { amountNano: undefined })), "price_unknown");
    const allowed = claim(wanted, { amountNano: undefined, allowUnpriced: true });
    assert.ok(typeof take(gate(), allowed) !== "string");
    const full = gate({ balances: new Map([["budget:key_1/month:2026-11", -5_000_000_000n]]) });
    assert.ok(typeof take(full, claim(wanted, { amountNano: 0n })) !== "string");
    assert.equal(take(full, allowed), "budget_exceeded");
  });

  it("B-03: refuses a budget in a currency without a rate", () => {
    const wanted = claim([scope([rule("5", { currency: "EUR" })])]);
    const refused = gate().admit(wanted);
    assert.ok(!refused.ok);
    assert.match(refused.error.message, /EUR has no rate here; add it to currency\.rates/);
  });

  it("asks nothing of a request without budgets, priced or not", () => {
    const admitted = gate().admit(claim([scope([])], { amountNano: undefined }));
    assert.deepEqual(admitted, { ok: true, value: { payers: [] } });
  });

  it("forgets windows that are long over", () => {
    const budgets = gate();
    for (let day = 0; day < 3_000; day += 1) {
      const wanted = claim([scope([rule("5", { period: "day" })])], { at: AT + day * DAY });
      assert.ok(typeof take(budgets, wanted) !== "string");
    }
    const first = budgets.states([scope([rule("5", { period: "day" })])], AT, RATES);
    assert.equal(first[0]?.usedNano, 0n);
  });

  it("B-11: never lets more be spent than was allowed, whatever is reserved, settled and released", () => {
    const step = fc.record({
      amount: fc.bigInt(1n, 3_000_000_000n),
      share: fc.integer({ min: 0, max: 100 }),
      ends: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const budgets = gate();
        const scopes = [scope([rule("5"), rule("2", { period: "day" })])];
        for (const { amount, share, ends } of steps) {
          const ledger = take(budgets, claim(scopes, { amountNano: amount }));
          if (typeof ledger !== "string" && ends) {
            const cost = (amount * BigInt(share)) / 100n;
            budgets.apply(ledger.settle(AT, cost, LEDGER_RATES));
          }
          for (const { usedNano, limitNano } of budgets.states(scopes, AT, RATES)) {
            assert.ok(usedNano >= 0n && usedNano <= (limitNano ?? 0n));
          }
        }
      }),
    );
  });
});
