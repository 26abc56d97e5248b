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
import { ExchangeLedger } from "./exchange-ledger.ts";
import { release } from "./verbs.ts";
import { verifyLedger } from "./verify.ts";

const RATES = { priceVersion: "v1", currency: "USD", rate: "1" };
const AT = STARTED_AT;

describe("the ledger on SQLite", () => {
  it("holds, tops up and settles: the hold ends at zero, the budget pays the cost", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store } = opened;
    const ledger = ledgerOf(1);
    await store.start(startedRecord(1), ledger.reserve(AT, 10n));
    store.record(ledger.topUp(AT, 5n));
    await store.flush();
    assert.deepEqual(balances(directory.path), { "budget:team": -15n, [held(1)]: 15n });
    store.finish(terminalRecord(1), ledger.settle(AT, 7n, RATES));
    await store.flush();
    assert.deepEqual(balances(directory.path), {
      "budget:team": -7n,
      [held(1)]: 0n,
      "provider:anthropic": 7n,
    });
    assert.deepEqual(await verifyLedger(store.reader), []);
    assert.deepEqual(opened.problems, []);
  });

  it("B-05: stores a repeated leg once, and of settle and release only the first", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store } = opened;
    const ledger = ledgerOf(1);
    const reserved = ledger.reserve(AT, 10n);
    await store.start(startedRecord(1), reserved);
    store.record(reserved);
    const settled = ledger.settle(AT, 4n, RATES);
    store.record(settled);
    store.record(settled);
    const occasion = { exchangeId: exchangeId(1), at: AT, book: "api" } as const;
    store.record([release(occasion, { payers: ["budget:team"], amountNano: 10n })]);
    store.finish(terminalRecord(1), settled);
    await store.flush();
    assert.deepEqual(balances(directory.path), {
      "budget:team": -4n,
      [held(1)]: 0n,
      "provider:anthropic": 4n,
    });
    assert.deepEqual(await verifyLedger(store.reader), []);
  });

  it("stores a plain settlement once although the batch that repeats it has others", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store } = opened;
    const settled = plain(1).settle(AT, 4n, RATES);
    await store.start(startedRecord(1));
    await store.start(startedRecord(2));
    store.record([...settled, ...settled]);
    store.finish(terminalRecord(2), plain(2).settle(AT, 3n, RATES));
    store.finish(terminalRecord(1), settled);
    await store.flush();
    assert.deepEqual(balances(directory.path), { "spend:local": -7n, "provider:anthropic": 7n });
  });

  it("charges the hold of an exchange whose process died, once, and pays the provider once", async () => {
    await using directory = await temporaryDirectory();
    const first = await openStore(directory.path);
    const ledger = ledgerOf(1, ["budget:key", "budget:team"]);
    await first.store.start(startedRecord(1), ledger.reserve(AT, 10n));
    first.store.record(ledger.topUp(AT, 5n));
    await first.close();
    await using second = await openStore(directory.path, { bootId: "boot-2" });
    assert.equal(second.store.recovered, 1);
    assert.deepEqual(balances(directory.path), {
      "budget:key": -15n,
      "budget:team": -15n,
      [held(1)]: 0n,
      "provider:anthropic": 15n,
      mirror: 15n,
    });
    assert.deepEqual(await verifyLedger(second.store.reader), []);
    const found = await second.store.reader.exchange(exchangeId(1));
    assert.equal(found?.terminal?.finish, "indeterminate");
    assert.equal(found?.terminal?.book, "api");
    assert.deepEqual(
      found?.transactions.map(({ leg }) => leg),
      ["reserve", "top_up", "settle"],
    );
  });

  it("charges the hold of the candidate that was asked last, where earlier ones of a chain gave theirs back", async () => {
    await using directory = await temporaryDirectory();
    const first = await openStore(directory.path);
    const [failed, asked] = [0, 1].map((turn) => ledgerOf(1, ["budget:team"], turn));
    assert.ok(failed !== undefined && asked !== undefined);
    await first.store.start(startedRecord(1), failed.reserve(AT, 10n));
    await first.store.hold(exchangeId(1), [...failed.release(AT), ...asked.reserve(AT, 4n)]);
    await first.close();
    await using second = await openStore(directory.path, { bootId: "boot-2" });
    assert.deepEqual(balances(directory.path), {
      "budget:team": -4n,
      [held(1)]: 0n,
      "provider:anthropic": 4n,
    });
    assert.deepEqual(await verifyLedger(second.store.reader), []);
  });

  it("is found wrong when a line is missing, a hold is left, or an exchange is not there", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store } = opened;
    for (const number of [1, 2, 3]) {
      const ledger = ledgerOf(number);
      await store.start(startedRecord(number), ledger.reserve(AT, 10n));
      store.finish(terminalRecord(number), ledger.settle(AT, 7n, RATES));
    }
    await store.flush();
    damage(directory.path, [
      "DELETE FROM ledger_line WHERE exchange = 1 AND leg = 'settle' AND account LIKE 'provider:%'",
      "DELETE FROM ledger_line WHERE exchange = 2 AND leg = 'settle'",
      "DELETE FROM exchange_start WHERE number = 3",
    ]);
    assert.deepEqual(await verifyLedger(store.reader), [
      "the lines of transaction 1 settle 0 do not sum to zero",
      `${held(2)} has money although its exchange is over`,
      "transaction 3 reserve 0 belongs to no exchange",
      "transaction 3 settle 0 belongs to no exchange",
    ]);
  });
});

function ledgerOf(
  number: number,
  payers: readonly string[] = ["budget:team"],
  turn = 0,
): ExchangeLedger {
  const id = exchangeId(number);
  return new ExchangeLedger({ exchangeId: id, book: "api", payers, provider: "anthropic", turn });
}

function plain(number: number): ExchangeLedger {
  return ledgerOf(number, ["spend:local"]);
}

function held(number: number): string {
  return `held:${exchangeId(number)}`;
}

function balances(dataDir: string): Record<string, bigint> {
  using database = new DatabaseSync(databasePath(dataDir), { readOnly: true });
  const rows = database
    .prepare(
      "SELECT account, CAST(sum(amount_nano) AS TEXT) AS total FROM ledger_line GROUP BY account",
    )
    .all();
  return Object.fromEntries(
    rows.map((row) => [String(row["account"]), BigInt(String(row["total"]))]),
  );
}

function damage(dataDir: string, statements: readonly string[]): void {
  using database = new DatabaseSync(databasePath(dataDir), { timeout: 2_000 });
  for (const statement of statements) database.exec(statement);
}
