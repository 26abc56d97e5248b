import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Secret } from "../../base/secret.ts";
import { makeCatalogue } from "../../metering/index.ts";
import { BudgetGate } from "../../policy/budget/index.ts";
import type { Candidate } from "../../routing/candidate.ts";
import type { LedgerTransaction } from "../../store/transaction.ts";
import { Purse, type PurseOwner } from "./purse.ts";

const NOW_MS = Date.parse("2026-11-24T12:00:00Z");
const RATES = { currency: "USD", rate: "1" };
const CAP = { amount: "10", currency: "USD", period: "day", timeZone: "UTC" } as const;

const DEPLOYMENT = {
  provider: "anthropic",
  kind: "anthropic",
  origin: "https://api.anthropic.com",
  pathPrefix: "",
  transport: {
    send: () => assert.fail("a purse sends nothing"),
    [Symbol.asyncDispose]: async () => {},
  },
  dialectFor: () => assert.fail("nothing is said here"),
  authorize: () => [],
  fields: [],
};
const STORED: Candidate = {
  deployment: DEPLOYMENT,
  credential: {
    kind: "stored",
    owner: "local/anthropic/default",
    class: "stored",
    label: "default",
    secret: new Secret("sk-ant-api03-x"),
  },
  mode: "byok-overflow",
  book: "overflow",
  tryIf: "always",
  reason: "",
};
const OWN: Candidate = {
  ...STORED,
  credential: { kind: "own", owner: "dev", class: "subscription" },
  mode: "passthrough",
  book: "subscription",
};

function open(identity: object = {}) {
  const catalogue = makeCatalogue([]);
  assert.ok(catalogue.ok);
  const budgets = new BudgetGate({ balances: new Map(), requests: new Map(), at: NOW_MS });
  const owner = {
    call: { id: "spx_1", operation: "messages" },
    identity: { principal: "dev", organisation: "local", ...identity },
    facts: { model: "claude-opus-5-5", maxTokens: 1_000, duplicates: [] },
    body: { kind: "none" },
    settings: {
      catalogue: catalogue.value,
      pay: { cap: CAP, rates: {}, allowUnpriced: false },
    },
  };
  // Only what a purse looks at.
  const purse = new Purse({ budgets, clock: clockAt(NOW_MS) }, asOwner(owner));
  const scope = { id: "user/dev", name: "dev", budgets: [CAP], timeZone: "UTC" };
  const used = (): bigint => budgets.states([scope], NOW_MS, {})[0]?.usedNano ?? -1n;
  return { purse, used };
}

function clockAt(nowMs: number) {
  return { now: () => nowMs, monotonicMs: () => nowMs };
}

function asOwner(owner: unknown): PurseOwner {
  const isOwner = (value: unknown): value is PurseOwner => typeof value === "object";
  assert.ok(isOwner(owner));
  return owner;
}

function legs(transactions: readonly LedgerTransaction[]): string {
  return transactions.map(({ leg, book }) => `${leg} ${book}`).join(", ");
}

describe("Purse", () => {
  it("B-05: gives back what it held for a stored key when the session is tried instead", () => {
    const { purse, used } = open();
    const first = purse.admit(STORED);
    assert.ok(first.ok);
    assert.equal(legs(first.value), "reserve overflow");
    assert.ok(used() > 0n);
    purse.stored();
    const second = purse.admit(OWN);
    assert.ok(second.ok);
    assert.equal(legs(second.value), "release overflow");
    purse.stored();
    assert.equal(used(), 0n);
    assert.equal(legs(purse.settle(NOW_MS, 5n, RATES)), "settle subscription");
    assert.equal(used(), 0n);
  });

  it("B-05: tells what was given back with the settlement when it could not be stored before", () => {
    const { purse, used } = open();
    assert.ok(purse.admit(STORED).ok);
    purse.stored();
    assert.ok(purse.admit(OWN).ok);
    purse.release();
    assert.equal(used(), 0n);
    assert.equal(legs(purse.settle(NOW_MS, undefined, RATES)), "release overflow");
  });

  it("R15: charges what is not known as it was held", () => {
    const { purse, used } = open();
    assert.ok(purse.admit(STORED).ok);
    const held = used();
    purse.stored();
    assert.equal(legs(purse.settle(NOW_MS, undefined, RATES)), "settle overflow");
    assert.equal(used(), held);
  });

  it("takes more for a further request of the same answer, as far as the budget goes", () => {
    const { purse, used } = open();
    assert.ok(purse.admit(STORED).ok);
    purse.stored();
    const first = used();
    const more = purse.topUp(1_000_000);
    assert.ok(more.ok);
    assert.equal(legs(more.value), "top_up overflow");
    assert.ok(used() > first);
    purse.stored();
    const before = used();
    const refused = [purse.topUp(2_000_000), purse.topUp(2_000_000)].find(({ ok }) => !ok);
    assert.equal(refused?.ok === false && refused.error.code, "budget_exceeded");
    assert.ok(used() >= before);
    assert.match(legs(purse.settle(NOW_MS, 5n, RATES)), /settle overflow$/);
    assert.equal(used(), 5n);
  });

  it("counts a further request for no request of the day", () => {
    const settings = { budgets: [CAP], dailyRequests: 1, timeZone: "UTC" };
    const { purse } = open({ key: { id: "key_1", name: "laptop", settings } });
    assert.ok(purse.admit(STORED).ok);
    assert.ok(purse.topUp(1_000).ok);
    assert.ok(purse.topUp(1_000).ok);
    const other = purse.admit(STORED);
    assert.equal(other.ok ? "" : other.error.code, "daily_limit_reached");
  });

  it("takes nothing more where nobody's budget pays", () => {
    const { purse, used } = open();
    assert.ok(purse.admit(OWN).ok);
    assert.deepEqual(purse.topUp(1_000_000), { ok: true, value: [] });
    assert.equal(used(), 0n);
  });

  it("B-05: tells a further hold with the settlement when it could not be stored before", () => {
    const { purse, used } = open();
    assert.ok(purse.admit(STORED).ok);
    purse.stored();
    assert.ok(purse.topUp(1_000).ok);
    assert.equal(legs(purse.settle(NOW_MS, 5n, RATES)), "top_up overflow, settle overflow");
    assert.equal(used(), 5n);
  });

  it("R22: only a stored key's messages are anybody's budget", () => {
    const { purse } = open();
    assert.deepEqual(purse.scopesOf(OWN), []);
    assert.equal(purse.scopesOf(STORED).length, 1);
  });
});
