import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { databasePath } from "../store/data-directory.ts";
import {
  exchangeId,
  STARTED_AT,
  startedRecord,
  temporaryDirectory,
  terminalRecord,
} from "../store/records.fixture.ts";
import { openStore } from "../store/sqlite/store.fixture.ts";
import { budgetAccount, ExchangeLedger, verifyLedger } from "./index.ts";

const BUDGET = budgetAccount("key_1/month:2026-11");
const RATES = { priceVersion: "v1", currency: "USD", rate: "1" };

const ledgerOf = (number: number) =>
  new ExchangeLedger({
    exchangeId: exchangeId(number),
    book: "overflow",
    payers: [BUDGET],
    provider: "anthropic",
  });

describe("holds and balances", () => {
  it("stores a hold before the exchange goes on, and knows the budget's balance", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store } = opened;
    const ledger = ledgerOf(1);
    await store.start(startedRecord(1));
    assert.ok((await store.hold(exchangeId(1), ledger.reserve(STARTED_AT, 10n))).ok);
    assert.deepEqual(await store.reader.budgetBalances(0), new Map([[BUDGET, -10n]]));
    store.finish(terminalRecord(1), ledger.settle(STARTED_AT, 4n, RATES));
    await store.flush();
    assert.deepEqual(await store.reader.budgetBalances(0), new Map([[BUDGET, -4n]]));
    assert.deepEqual(await store.reader.budgetBalances(STARTED_AT + 1), new Map());
  });

  it("refuses a hold that cannot be written; the exchange can still end", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store } = opened;
    await store.start(startedRecord(1));
    const other = new DatabaseSync(databasePath(directory.path));
    other.exec("BEGIN IMMEDIATE");
    const refused = await store.hold(exchangeId(1), ledgerOf(1).reserve(STARTED_AT, 10n));
    other.exec("ROLLBACK");
    other.close();
    assert.ok(!refused.ok);
    assert.equal(refused.error.code, "accounting_unavailable");
    store.finish(terminalRecord(1));
    await store.flush();
    assert.deepEqual(await store.reader.budgetBalances(0), new Map());
    assert.equal((await store.reader.exchange(exchangeId(1)))?.terminal?.finish, "complete");
  });

  it("refuses a hold of an exchange that was not started", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const held = await opened.store.hold(exchangeId(9), ledgerOf(9).reserve(STARTED_AT, 1n));
    assert.equal(held.ok, false);
  });

  it("a transaction without lines does no harm", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store } = opened;
    const empty = { exchangeId: exchangeId(1), leg: "settle", seq: 0, at: 0, book: "api" } as const;
    assert.ok((await store.start(startedRecord(1), [{ ...empty, lines: [] }])).ok);
    store.finish(terminalRecord(1), [{ ...empty, lines: [] }]);
    await store.flush();
    assert.deepEqual(opened.problems, []);
  });

  it("a hold without lines does no harm to those who write beside it", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store } = opened;
    await store.start(startedRecord(1));
    const empty = {
      exchangeId: exchangeId(1),
      leg: "reserve",
      seq: 0,
      at: 0,
      book: "api",
    } as const;
    const held = store.hold(exchangeId(1), [{ ...empty, lines: [] }]);
    const beside = store.start(startedRecord(2));
    assert.ok((await beside).ok);
    assert.ok((await held).ok);
    assert.deepEqual(opened.problems, []);
  });

  it("B-06: a budget is charged for the hold of a dead process, and the request counts", async () => {
    await using directory = await temporaryDirectory();
    const first = await openStore(directory.path);
    await first.store.start(startedRecord(1), ledgerOf(1).reserve(STARTED_AT, 10n));
    await first.close();
    await using second = await openStore(directory.path, { bootId: "boot-2" });
    const { reader } = second.store;
    assert.deepEqual(await reader.budgetBalances(0), new Map([[BUDGET, -10n]]));
    const span = { from: STARTED_AT, to: STARTED_AT + 10 };
    assert.deepEqual(await reader.billedRequests(span), new Map([["key_1", 1]]));
    assert.equal((await reader.exchange(exchangeId(1)))?.terminal?.book, "overflow");
  });

  it("B-06: starts after a record that did not fit, whose money was moved", async () => {
    await using directory = await temporaryDirectory();
    const first = await openStore(directory.path);
    const ledger = ledgerOf(1);
    await first.store.start(startedRecord(1), ledger.reserve(STARTED_AT, 10n));
    const unfit = terminalRecord(1, { finishedAt: 0.5 });
    first.store.finish(unfit, ledger.settle(STARTED_AT, 4n, RATES));
    await first.close();
    await using second = await openStore(directory.path, { bootId: "boot-2" });
    assert.equal(second.store.recovered, 1);
    const { reader } = second.store;
    assert.deepEqual(await reader.budgetBalances(0), new Map([[BUDGET, -4n]]));
    assert.equal((await reader.exchange(exchangeId(1)))?.terminal?.finish, "indeterminate");
    assert.deepEqual(await verifyLedger(reader), []);
  });
});
