import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nanoUsd } from "../../base/money.ts";
import type { TerminalRecord } from "../record.ts";
import {
  exchangeId,
  STARTED_AT,
  startedRecord,
  temporaryDirectory,
  terminalRecord,
} from "../records.fixture.ts";
import type { LedgerTransaction } from "../transaction.ts";
import { openReader } from "./open-reader.ts";
import { openStore } from "./store.fixture.ts";

describe("the SQLite store", () => {
  it("gives back every column as it was stored", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store } = opened;
    const settlement = settlementOf(1, 12_345_678n);
    assert.deepEqual(await store.start(startedRecord(1)), { ok: true, value: undefined });
    store.finish(terminalRecord(1), [settlement]);
    await store.flush();
    assert.deepEqual(await store.reader.exchange(exchangeId(1)), {
      started: startedRecord(1),
      terminal: terminalRecord(1),
      transactions: [settlement],
    });
    assert.deepEqual(opened.problems, []);
  });

  it("gives back absent columns as undefined, never as zero", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store } = opened;
    await store.start(BARE_START);
    store.finish(BARE_END);
    await store.flush();
    const found = await store.reader.exchange(BARE_START.id);
    assert.deepEqual(definedOnly(found?.started), BARE_START);
    assert.deepEqual(definedOnly(found?.terminal), { ...BARE_END, tokens: {} });
    assert.equal(found?.terminal?.tokens.input, undefined);
  });

  it("keeps money beyond the exact range of a number", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store } = opened;
    const amount = 9_007_199_254_740_993n;
    await store.start(startedRecord(1));
    store.finish(terminalRecord(1, { cost: nanoUsd(amount) }), [settlementOf(1, amount)]);
    await store.flush();
    const found = await store.reader.exchange(exchangeId(1));
    assert.equal(found?.terminal?.cost, amount);
    assert.deepEqual(
      found?.transactions[0]?.lines.map(({ amountNano }) => amountNano),
      [-amount, amount],
    );
  });

  it("shows an exchange that runs without an end", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    await opened.store.start(startedRecord(1));
    const found = await opened.store.reader.exchange(exchangeId(1));
    assert.equal(found?.terminal, undefined);
    assert.equal(found?.started.id, exchangeId(1));
  });

  it("stores an end once and reports the second", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store, problems } = opened;
    await store.start(startedRecord(1));
    store.finish(terminalRecord(1), [settlementOf(1, 5n)]);
    store.finish(terminalRecord(1, { status: 500 }), [settlementOf(1, 5n)]);
    await store.flush();
    const found = await store.reader.exchange(exchangeId(1));
    assert.equal(found?.terminal?.status, 200);
    assert.equal(found?.transactions.length, 1);
    assert.deepEqual(
      problems.map(({ kind }) => kind),
      ["unknown_exchange"],
    );
  });

  it("keeps the newest quota windows of each principal and account, whatever order they come in", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store } = opened;
    const kept = [
      { principal: "ann", account: "a", observedAt: 20, json: '{"n":2}' },
      { principal: "bob", account: "a", observedAt: 17, json: '{"n":3}' },
      { principal: "ann", account: "b", observedAt: 15, json: "{}" },
    ];
    for (const quota of kept) store.saveQuota(quota);
    store.saveQuota({ principal: "ann", account: "a", observedAt: 10, json: '{"n":1}' });
    await store.flush();
    assert.deepEqual(await store.reader.quota(), kept);
  });

  it("refuses one row that does not fit the schema, stores the others and says so", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store, problems } = opened;
    const outcomes = await Promise.all([
      store.start(startedRecord(1)),
      store.start(startedRecord(2, { startedAt: 0.5 })),
      store.start(startedRecord(3)),
    ]);
    assert.deepEqual(
      outcomes.map(({ ok }) => ok),
      [true, false, true],
    );
    assert.deepEqual(
      problems.map(({ kind }) => kind),
      ["record_rejected"],
    );
    const { events } = await store.reader.events({});
    assert.deepEqual(
      events.map(({ started }) => started.id),
      [exchangeId(3), exchangeId(1)],
    );
    assert.equal(store.accepting, true);
  });

  it("refuses what SQLite cannot hold, a cost beyond 64 bits, and goes on", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store, problems } = opened;
    const outcomes = await Promise.all([
      store.start(startedRecord(1)),
      store.start(startedRecord(2)),
    ]);
    assert.deepEqual(
      outcomes.map(({ ok }) => ok),
      [true, true],
    );
    const tooMuch = 2n ** 63n;
    store.finish(terminalRecord(1, { cost: nanoUsd(tooMuch) }), [settlementOf(1, tooMuch)]);
    store.finish(terminalRecord(2), [settlementOf(2, 7n)]);
    await store.flush();
    assert.deepEqual(
      problems.map(({ kind }) => kind),
      ["record_rejected", "record_rejected"],
    );
    assert.equal((await store.reader.exchange(exchangeId(1)))?.terminal, undefined);
    assert.deepEqual((await store.reader.exchange(exchangeId(2)))?.terminal, terminalRecord(2));
    assert.equal(store.accepting, true);
  });

  it("stores a thousand exchanges that run at the same time, each once", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store } = opened;
    await Promise.all(
      Array.from({ length: 1_000 }, async (_, number) => {
        const outcome = await store.start(startedRecord(number));
        assert.equal(outcome.ok, true);
        store.finish(terminalRecord(number), [settlementOf(number, 7n)]);
      }),
    );
    await store.flush();
    const [row, ...others] = await store.reader.usage({
      from: STARTED_AT,
      to: STARTED_AT + 1_000,
      groupBy: "none",
    });
    assert.equal(row?.requests, 1_000);
    assert.equal(row?.running, 0);
    assert.equal(row?.outputTokens, 400_000);
    assert.deepEqual(others, []);
  });

  it("answers a command beside the running server, and without any database", async () => {
    await using directory = await temporaryDirectory();
    await using nothing = unwrapReader(directory.path);
    assert.deepEqual(await nothing.events({}), { events: [], nextBefore: undefined });
    assert.deepEqual(await nothing.activity({ from: 0, to: 1 }), { series: [], topModels: [] });
    await using opened = await openStore(directory.path);
    await opened.store.start(startedRecord(1));
    await using reader = unwrapReader(directory.path);
    assert.equal((await reader.events({})).events.length, 1);
  });
});

function unwrapReader(dataDir: string) {
  const opened = openReader(dataDir);
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

function settlementOf(number: number, amountNano: bigint): LedgerTransaction {
  return {
    exchangeId: exchangeId(number),
    leg: "settle",
    seq: 0,
    at: STARTED_AT + number,
    book: "subscription",
    lines: [
      { account: "spend:local", amountNano: -amountNano },
      { account: "provider:anthropic", amountNano },
    ],
    priceVersion: "prices-1",
    currency: "INR",
    rate: "88.5",
  };
}

const BARE_START = {
  id: exchangeId(9),
  startedAt: STARTED_AT,
  principal: "local",
  organisation: "local",
  dialect: "anthropic",
  operation: "other",
  method: "GET",
  path: "/",
  stream: false,
  credentialClass: "none",
  provider: "anthropic",
} as const;

const BARE_END: TerminalRecord = {
  id: exchangeId(9),
  finishedAt: STARTED_AT,
  attempts: [],
  tokens: {},
  usageSource: "unknown",
  usageSuspect: false,
  book: "api",
  currency: "USD",
  rate: "1",
  finish: "client_gone",
};

/** Without the members that are undefined, also in `tokens`. */
function definedOnly(record: object | undefined): unknown {
  return JSON.parse(JSON.stringify(record));
}
