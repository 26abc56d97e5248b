import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { ExchangeLedger, verifyLedger } from "../../../src/ledger/index.ts";
import type { ExchangeStore } from "../../../src/store/contract.ts";
import {
  exchangeId,
  STARTED_AT,
  startedRecord,
  temporaryDirectory,
  terminalRecord,
} from "../../../src/store/records.fixture.ts";
import { openStore } from "../../../src/store/sqlite/store.fixture.ts";

const RATES = { priceVersion: "v1", currency: "USD", rate: "1" };

describe("R-03: a full disk", () => {
  it("refuses starts, keeps ends, and recovers without a restart", async (t) => {
    await using directory = await temporaryDirectory();
    const mount = await mountSmallDisk(directory.path);
    if (mount === undefined) return t.skip("needs the right to mount a tmpfs");
    await using _mount = mount;
    const ballast = join(mount.path, "ballast");
    await using opened = await openStore(join(mount.path, "data"));
    const { store, problems } = opened;
    await startAll(store, [1, 2, 3]);
    await fill(mount.path, ballast);

    let number = 10;
    let last: Awaited<ReturnType<ExchangeStore["start"]>>;
    do {
      last = await store.start(startedRecord(number));
      number += 1;
    } while (last.ok);
    const refused = number - 1;
    assert.equal(last.error.code, "accounting_unavailable");
    assert.equal(store.accepting, false);
    for (const open of [1, 2, 3]) finish(store, open);
    const late = await store.start(startedRecord(number));
    assert.equal(late.ok, false);
    assert.equal((await store.reader.exchange(exchangeId(1)))?.terminal, undefined);

    await rm(ballast);
    await untilTrue(() => store.accepting);
    await startAll(store, [number + 1]);
    await store.flush();
    for (const open of [1, 2, 3]) {
      const found = await store.reader.exchange(exchangeId(open));
      assert.equal(found?.terminal?.finish, "complete");
      assert.equal(found?.transactions.length, 1);
    }
    assert.equal(await store.reader.exchange(exchangeId(refused)), undefined);
    assert.deepEqual(await verifyLedger(store.reader), []);
    assert.deepEqual(
      [...new Set(problems.map(({ kind }) => kind))],
      ["write_failed", "write_recovered"],
    );
  });
});

describe("R-04: a locked database", () => {
  it("waits, then refuses starts, keeps ends, and goes on when the lock is gone", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store, problems } = opened;
    await startAll(store, [1]);
    using other = new DatabaseSync(join(directory.path, "spillway.db"));
    other.exec("BEGIN IMMEDIATE");
    finish(store, 1);
    const began = performance.now();
    const refused = await store.start(startedRecord(2));
    const waitedMs = performance.now() - began;
    assert.equal(refused.ok ? "" : refused.error.code, "accounting_unavailable");
    // The wait is bounded by the busy timeout of 2 s; the rest is for a slow machine.
    assert.ok(waitedMs < 10_000, `waited ${waitedMs} ms`);
    assert.equal(store.accepting, false);
    assert.deepEqual(
      problems.map(({ kind }) => kind),
      ["write_failed"],
    );

    other.exec("ROLLBACK");
    await untilTrue(() => store.accepting);
    await startAll(store, [3]);
    await store.flush();
    const found = await store.reader.exchange(exchangeId(1));
    assert.equal(found?.terminal?.finish, "complete");
    assert.equal(await store.reader.exchange(exchangeId(2)), undefined);
    assert.deepEqual(await verifyLedger(store.reader), []);
  });

  it("does not fail a write that waits shorter than the busy timeout", async () => {
    await using directory = await temporaryDirectory();
    await using opened = await openStore(directory.path);
    const { store } = opened;
    using other = new DatabaseSync(join(directory.path, "spillway.db"));
    other.exec("BEGIN IMMEDIATE");
    const waiting = store.start(startedRecord(1));
    await delay(100);
    other.exec("ROLLBACK");
    assert.equal((await waiting).ok, true);
    assert.deepEqual(opened.problems, []);
  });

  it("closes in bounded time when nothing can be written, and the next start repairs", async () => {
    await using directory = await temporaryDirectory();
    const opened = await openStore(directory.path);
    await startAll(opened.store, [1]);
    const other = new DatabaseSync(join(directory.path, "spillway.db"));
    other.exec("BEGIN IMMEDIATE");
    finish(opened.store, 1);
    await opened.close();
    assert.ok(opened.problems.some(({ kind }) => kind === "lost_records"));
    other.close();
    await using next = await openStore(directory.path, { bootId: "boot-2" });
    assert.equal(next.store.recovered, 1);
  });
});

async function startAll(store: ExchangeStore, numbers: readonly number[]): Promise<void> {
  for (const number of numbers) {
    const outcome = await store.start(startedRecord(number));
    assert.ok(outcome.ok, `start ${number}`);
  }
}

function finish(store: ExchangeStore, number: number): void {
  const ledger = new ExchangeLedger({
    exchangeId: exchangeId(number),
    book: "api",
    payers: ["spend:local"],
    provider: "anthropic",
  });
  store.finish(terminalRecord(number), ledger.settle(STARTED_AT, 7n, RATES));
}

/** Undefined where this user must not mount. */
async function mountSmallDisk(
  parent: string,
): Promise<(AsyncDisposable & { readonly path: string }) | undefined> {
  const path = join(parent, "disk");
  await mkdir(path);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", path], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      execFileSync("umount", [path]);
    },
  };
}

/** Leaves less than a page. */
async function fill(path: string, ballast: string): Promise<void> {
  const { bavail, bsize } = await statfs(path);
  await writeFile(ballast, Buffer.alloc(bavail * bsize));
}

async function untilTrue(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(10);
}
