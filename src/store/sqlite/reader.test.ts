import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { nanoUsd } from "../../base/money.ts";
import type { ExchangeStore } from "../contract.ts";
import type { StartedRecord, TerminalRecord } from "../record.ts";
import {
  exchangeId,
  startedRecord,
  temporaryDirectory,
  terminalRecord,
} from "../records.fixture.ts";
import { ReaderThread } from "./reader-thread.ts";
import { openStore } from "./store.fixture.ts";

describe("events", () => {
  it("pages through all exchanges, newest first, each once", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store } = opened;
    await startAll(store, 25);
    const seen: string[] = [];
    let before: string | undefined;
    let pages = 0;
    do {
      const page = await store.reader.events({ before, limit: 10 });
      seen.push(...page.events.map(({ started }) => started.id));
      before = page.nextBefore;
      pages += 1;
    } while (before !== undefined);
    assert.equal(pages, 3);
    assert.deepEqual(seen, numbers(25).map(exchangeId).toReversed());
  });

  it("has no next page when the last one is exactly full", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    await startAll(opened.store, 10);
    const page = await opened.store.reader.events({ limit: 10 });
    assert.equal(page.events.length, 10);
    assert.equal(page.nextBefore, undefined);
  });

  it("gives at most 200, and what is newer than an id", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { reader } = opened.store;
    await startAll(opened.store, 250);
    assert.equal((await reader.events({ limit: 1_000 })).events.length, 200);
    const newer = await reader.events({ after: exchangeId(247) });
    assert.deepEqual(
      newer.events.map(({ started }) => started.id),
      [exchangeId(249), exchangeId(248)],
    );
  });

  it("shows one session or one principal where asked, as data and not as SQL", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store } = opened;
    const hostile = "x' OR '1'='1";
    await store.start(startedRecord(1, { sessionId: hostile }));
    await store.start(startedRecord(2, { sessionId: "other", principal: "ada" }));
    const ids = async (query: { sessionId?: string; principal?: string }) =>
      (await store.reader.events(query)).events.map(({ started }) => started.id);
    assert.deepEqual(await ids({ sessionId: hostile }), [exchangeId(1)]);
    assert.deepEqual(await ids({ principal: "ada" }), [exchangeId(2)]);
    assert.deepEqual(await ids({ sessionId: "nobody" }), []);
  });
});

describe("usage", () => {
  it("sums each book apart, and counts what is unknown instead of taking it for zero", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store } = opened;
    await run(store, 1, { book: "subscription", cost: nanoUsd(10n) });
    await run(store, 2, { book: "subscription", cost: nanoUsd(5n) });
    await run(store, 3, { book: "api", cost: undefined });
    await run(store, 4, { book: "api", cost: undefined, tokens: {}, usageSource: "unknown" });
    await run(store, 5, { book: "api", cost: undefined, tokens: {}, usageSource: "none" });
    await store.start(startedRecord(6));
    await store.flush();
    const rows = await store.reader.usage({ ...ALL_TIME, groupBy: "none" });
    const none = {
      group: undefined,
      requests: 0,
      running: 0,
      inputTokens: 0,
      outputTokens: 0,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      unknownUsage: 0,
      cost: 0n,
      unpriced: 0,
    };
    const one = {
      inputTokens: 12,
      outputTokens: 400,
      cacheReadTokens: 90_000,
      cacheWriteTokens: 100,
    };
    assert.deepEqual(rows, [
      { ...none, book: undefined, requests: 1, running: 1 },
      { ...none, ...one, book: "api", requests: 3, unknownUsage: 1, unpriced: 1 },
      {
        ...none,
        book: "subscription",
        requests: 2,
        inputTokens: 24,
        outputTokens: 800,
        cacheReadTokens: 180_000,
        cacheWriteTokens: 200,
        cost: 15n,
      },
    ]);
  });

  it("groups by day of the caller's calendar", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store } = opened;
    await run(store, 1, {}, { startedAt: Date.parse("2026-11-20T18:00Z") });
    await run(store, 2, {}, { startedAt: Date.parse("2026-11-20T19:00Z") });
    await run(store, 3, {}, { startedAt: Date.parse("2026-11-21T17:00Z") });
    await store.flush();
    const days = async (timeZone?: string) =>
      (await store.reader.usage({ ...ALL_TIME, groupBy: "day", timeZone })).map(
        ({ group, requests }) => [group, requests],
      );
    assert.deepEqual(await days(), [
      ["2026-11-20", 2],
      ["2026-11-21", 1],
    ]);
    assert.deepEqual(await days("Asia/Kolkata"), [
      ["2026-11-20", 1],
      ["2026-11-21", 2],
    ]);
  });

  it("includes the first instant of the period and leaves out the last", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store } = opened;
    for (const number of [0, 1, 2]) await run(store, number, {}, { startedAt: 1_000 + number });
    await store.flush();
    const rows = await store.reader.usage({ from: 1_000, to: 1_002, groupBy: "none" });
    assert.deepEqual(
      rows.map(({ requests }) => requests),
      [2],
    );
  });

  it("groups by the model that answered, else that was asked", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store } = opened;
    await run(store, 1, { servedModel: "served" });
    await run(store, 2, { servedModel: undefined, sentModel: undefined });
    await store.flush();
    const rows = await store.reader.usage({ ...ALL_TIME, groupBy: "model" });
    assert.deepEqual(
      rows.map(({ group }) => group),
      ["model-asked", "served"],
    );
  });

  it("fails for an unknown time zone, and answers the next question", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { reader } = opened.store;
    await startAll(opened.store, 1);
    await assert.rejects(reader.usage({ ...ALL_TIME, groupBy: "day", timeZone: "Mars/Olympus" }));
    assert.equal((await reader.usage({ ...ALL_TIME, groupBy: "day" })).length, 1);
  });
});

describe("activity", () => {
  it("gives a series of days and models, and the models by their tokens", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store } = opened;
    const monday = { startedAt: Date.parse("2026-11-16T10:00Z") };
    const tuesday = { startedAt: Date.parse("2026-11-17T10:00Z") };
    await run(store, 1, { servedModel: "small", tokens: { input: 1, output: 1 } }, monday);
    await run(store, 2, { servedModel: "large", tokens: { input: 50, output: 50 } }, monday);
    await run(store, 3, { servedModel: "small", tokens: { input: 1, output: 1 } }, tuesday);
    await store.flush();
    const { series, topModels } = await store.reader.activity({ ...ALL_TIME, topModels: 1 });
    assert.deepEqual(
      series.map(({ day, model, requests }) => [day, model, requests]),
      [
        ["2026-11-16", "large", 1],
        ["2026-11-16", "small", 1],
        ["2026-11-17", "small", 1],
      ],
    );
    assert.deepEqual(
      topModels.map(({ model, requests }) => [model, requests]),
      [["large", 1]],
    );
  });
});

describe("ReaderThread", () => {
  it("starts with the first question and ends when none come", async () => {
    await using directory = await temporaryDirectory();
    await using _opened = await openStore(directory.path);
    await using reader = new ReaderThread(directory.path, 1);
    assert.equal(reader.isRunning, false);
    await reader.quota();
    await untilTrue(() => !reader.isRunning);
    assert.deepEqual(await reader.quota(), []);
  });

  it("fails the questions that wait when it is closed", async () => {
    await using directory = await temporaryDirectory();
    await using _opened = await openStore(directory.path);
    const reader = new ReaderThread(directory.path);
    const answer = reader.quota();
    const failed = assert.rejects(answer, /closed/);
    await reader[Symbol.asyncDispose]();
    await failed;
    await assert.rejects(reader.quota(), /closed/);
  });
});

const ALL_TIME = { from: 0, to: Date.parse("2030-01-01T00:00Z") };

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, number) => number);
}

async function startAll(store: ExchangeStore, count: number): Promise<void> {
  await Promise.all(numbers(count).map((number) => store.start(startedRecord(number))));
}

async function run(
  store: ExchangeStore,
  number: number,
  terminal: Partial<TerminalRecord>,
  started: Partial<StartedRecord> = {},
): Promise<void> {
  await store.start(startedRecord(number, started));
  store.finish(terminalRecord(number, terminal));
}

async function untilTrue(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}
