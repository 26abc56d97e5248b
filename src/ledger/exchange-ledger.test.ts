import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { LedgerTransaction } from "../store/transaction.ts";
import { ExchangeLedger } from "./exchange-ledger.ts";

const RATES = { priceVersion: "v1", currency: "INR", rate: "88.5" };
const AT = 1_700_000_000_000;

describe("ExchangeLedger", () => {
  it("gives back what was held beyond the cost", () => {
    const ledger = ledgerOf(["budget:team/red"]);
    const moved = [
      ...ledger.reserve(AT, 10n),
      ...ledger.topUp(AT, 5n),
      ...ledger.settle(AT, 7n, RATES),
    ];
    assert.deepEqual(balances(moved), {
      "budget:team/red": -7n,
      "held:spx_1": 0n,
      "provider:anthropic": 7n,
    });
  });

  it("takes the rest from the budget when the cost is over the hold", () => {
    const ledger = ledgerOf(["budget:key/1"]);
    const moved = [...ledger.reserve(AT, 3n), ...ledger.settle(AT, 8n, RATES)];
    assert.deepEqual(balances(moved), {
      "budget:key/1": -8n,
      "held:spx_1": 0n,
      "provider:anthropic": 8n,
    });
  });

  it("moves the cost in one two-line transaction when nothing was reserved", () => {
    const [only, ...others] = ledgerOf(["spend:local"]).settle(AT, 12n, RATES);
    assert.deepEqual(others, []);
    assert.deepEqual(only, {
      exchangeId: "spx_1",
      leg: "settle",
      seq: 0,
      at: AT,
      book: "api",
      lines: [
        { account: "spend:local", amountNano: -12n },
        { account: "provider:anthropic", amountNano: 12n },
      ],
      ...RATES,
    });
  });

  it("charges every budget above the exchange, and pays the provider once", () => {
    const ledger = ledgerOf(["budget:key/1", "budget:team/red", "budget:organisation"]);
    const moved = [...ledger.reserve(AT, 10n), ...ledger.settle(AT, 4n, RATES)];
    assert.deepEqual(balances(moved), {
      "budget:key/1": -4n,
      "budget:team/red": -4n,
      "budget:organisation": -4n,
      "held:spx_1": 0n,
      "provider:anthropic": 4n,
      mirror: 8n,
    });
  });

  it("charges the reservation when the usage is unknown", () => {
    const ledger = ledgerOf(["budget:key/1"]);
    const moved = [...ledger.reserve(AT, 10n), ...ledger.settle(AT, undefined, RATES)];
    assert.equal(balances(moved)["provider:anthropic"], 10n);
  });

  it("moves nothing for an unknown cost without a reservation", () => {
    assert.deepEqual(ledgerOf(["spend:local"]).settle(AT, undefined, RATES), []);
  });

  it("counts top-ups, so that each is stored once", () => {
    const ledger = ledgerOf(["budget:key/1"]);
    const seqs = [...ledger.topUp(AT, 1n), ...ledger.topUp(AT, 1n)].map(({ seq }) => seq);
    assert.deepEqual(seqs, [0, 1]);
  });

  it("is resolved once", () => {
    const ledger = ledgerOf(["budget:key/1"]);
    ledger.release(AT);
    assert.throws(() => ledger.settle(AT, 1n, RATES), /resolved twice/);
    assert.throws(() => ledger.topUp(AT, 1n), /held after its end/);
  });

  it("balances every transaction and leaves nothing held, whatever is held, topped up and charged", () => {
    const amount = fc.bigInt(0n, 10n ** 15n);
    const payers = fc.uniqueArray(fc.constantFrom("budget:a", "budget:b", "spend:c"), {
      minLength: 1,
    });
    const end = fc.oneof(fc.constant("release" as const), fc.option(amount, { nil: undefined }));
    fc.assert(
      fc.property(
        payers,
        amount,
        fc.array(amount, { maxLength: 5 }),
        end,
        (who, first, more, cost) => {
          const ledger = ledgerOf(who);
          const moved = [
            ...ledger.reserve(AT, first),
            ...more.flatMap((extra) => ledger.topUp(AT, extra)),
            ...(cost === "release" ? ledger.release(AT) : ledger.settle(AT, cost, RATES)),
          ];
          for (const { lines } of moved) {
            assert.equal(sum(lines.map(({ amountNano }) => amountNano)), 0n);
          }
          const held = sum([first, ...more]);
          const charged = cost === "release" ? 0n : (cost ?? held);
          const total = balances(moved);
          assert.equal(total["held:spx_1"] ?? 0n, 0n);
          assert.equal(total["provider:anthropic"] ?? 0n, charged);
          for (const payer of who) assert.equal(total[payer] ?? 0n, -charged);
        },
      ),
    );
  });
});

function ledgerOf(payers: readonly string[]): ExchangeLedger {
  return new ExchangeLedger({ exchangeId: "spx_1", book: "api", payers, provider: "anthropic" });
}

function balances(transactions: readonly LedgerTransaction[]): Record<string, bigint> {
  const total: Record<string, bigint> = {};
  for (const { account, amountNano } of transactions.flatMap(({ lines }) => lines)) {
    total[account] = (total[account] ?? 0n) + amountNano;
  }
  return total;
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}
