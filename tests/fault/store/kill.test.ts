import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { verifyLedger } from "../../../src/ledger/index.ts";
import { temporaryDirectory } from "../../../src/store/records.fixture.ts";
import { openReader } from "../../../src/store/sqlite/open-reader.ts";
import { openStore } from "../../../src/store/sqlite/store.fixture.ts";

const ROUNDS = 8;

describe("R-01: kill -9 at random points under load", () => {
  it("loses no started exchange, none twice, leaves nothing held, and the next start repairs", async (t) => {
    await using directory = await temporaryDirectory();
    const started: string[] = [];
    const held: string[] = [];
    const ended: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const child = spawnLoad(directory.path, `boot-${round}`);
      t.after(() => child.kill("SIGKILL"));
      const lines = collect(child);
      await until(() => lines[0]?.startsWith("ready") === true, child);
      await delay(30 + Math.random() * 250);
      await kill(child);
      for (const line of lines) {
        if (line.startsWith("+ ")) started.push(line.slice(2));
        if (line.startsWith("h ")) held.push(line.slice(2));
        if (line.startsWith("= ")) ended.push(line.slice(2));
        assert.ok(!line.startsWith("!"), line);
      }
    }
    await using opened = await openStore(directory.path, { bootId: "after" });
    const rows = allRows(directory.path);
    const finishOf = new Map(rows.map(({ id, finish }) => [id, finish]));
    assert.ok(started.length > ROUNDS, `only ${started.length} exchanges ran`);
    assert.deepEqual(
      started.filter((id) => !finishOf.has(id)),
      [],
      "started, but not stored",
    );
    assert.equal(finishOf.size, rows.length, "stored twice");
    assert.deepEqual(
      ended.filter((id) => finishOf.get(id) !== "complete"),
      [],
      "ended, but lost",
    );
    assert.deepEqual(
      rows.filter(({ finish }) => finish === null),
      [],
      "still open",
    );
    assert.ok(
      rows.some(({ finish }) => finish === "indeterminate"),
      "every kill hit an idle moment",
    );
    const reserved = reservedIds(directory.path);
    assert.ok(held.length > 0, "nothing was held");
    assert.deepEqual(
      held.filter((id) => !reserved.has(id)),
      [],
      "held, but not stored",
    );
    assert.deepEqual(await verifyLedger(opened.store.reader), []);
    assert.equal(integrity(directory.path), "ok");
  });

  it("lets a command read what a killed server left, before any server repairs it", async (t) => {
    await using directory = await temporaryDirectory();
    const child = spawnLoad(directory.path, "boot-1");
    t.after(() => child.kill("SIGKILL"));
    const lines = collect(child);
    await until(() => lines.length > 20, child);
    await kill(child);
    const reader = openReader(directory.path);
    assert.ok(reader.ok);
    const ids = lines.filter((line) => line.startsWith("+ ")).map((line) => line.slice(2));
    for (const id of ids) assert.equal((await reader.value.exchange(id))?.started.id, id);
    await reader.value[Symbol.asyncDispose]();
  });
});

function spawnLoad(dataDir: string, bootId: string): ChildProcess {
  const script = join(import.meta.dirname, "load.ts");
  return spawn(process.execPath, [script, dataDir, bootId], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function kill(child: ChildProcess): Promise<void> {
  assert.equal(child.exitCode, null, "the load ended by itself");
  const closed = once(child, "close");
  child.kill("SIGKILL");
  await closed;
}

function collect(child: ChildProcess): readonly string[] {
  const lines: string[] = [];
  assert.ok(child.stdout);
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  return lines;
}

async function until(condition: () => boolean, child: ChildProcess): Promise<void> {
  while (!condition()) {
    assert.equal(child.exitCode, null, "the load ended by itself");
    await delay(5);
  }
}

function allRows(dataDir: string): readonly { readonly id: string; readonly finish: unknown }[] {
  using database = new DatabaseSync(join(dataDir, "spillway.db"), { readOnly: true });
  const rows = database.prepare("SELECT id, finish FROM exchange").all();
  return rows.map((row) => ({ id: String(row["id"]), finish: row["finish"] }));
}

function reservedIds(dataDir: string): ReadonlySet<string> {
  using database = new DatabaseSync(join(dataDir, "spillway.db"), { readOnly: true });
  const rows = database
    .prepare(
      "SELECT DISTINCT id FROM exchange_start JOIN ledger_line ON exchange = number WHERE leg = 'reserve'",
    )
    .all();
  return new Set(rows.map((row) => String(row["id"])));
}

function integrity(dataDir: string): unknown {
  using database = new DatabaseSync(join(dataDir, "spillway.db"), { readOnly: true });
  return database.prepare("PRAGMA integrity_check").get()?.["integrity_check"];
}
