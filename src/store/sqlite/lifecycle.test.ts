import assert from "node:assert/strict";
import { chmod, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { databasePath } from "../data-directory.ts";
import {
  exchangeId,
  STARTED_AT,
  startedRecord,
  temporaryDirectory,
  terminalRecord,
} from "../records.fixture.ts";
import { readServerInfo, writeServerInfo } from "../server-info.ts";
import { migrate, schemaVersion } from "./migrate.ts";
import { MIGRATIONS } from "./migrations/index.ts";
import { openSqliteStore } from "./open.ts";
import { openReader } from "./open-reader.ts";
import { clockAt, openStore } from "./store.fixture.ts";

const isWindows = process.platform === "win32";

describe("opening a data directory", () => {
  it("refuses a second server with a message that names the process and the directory", async () => {
    await using directory = await temporaryDirectory();
    await using _first = await openStore(directory.path);
    const second = await tryToOpen(directory.path);
    assert.equal(second?.kind, "already_running");
    assert.match(second?.message ?? "", new RegExp(`process ${process.pid}`));
    assert.ok(second?.message.includes(directory.path));
  });

  it("lets the next server in once the first has closed", async () => {
    await using directory = await temporaryDirectory();
    const first = await openStore(directory.path);
    await first.close();
    assert.equal(await readServerInfo(directory.path), undefined);
    await using second = await openStore(directory.path, { bootId: "boot-2" });
    assert.equal(second.store.recovered, 0);
  });

  it("says where the server is, replaced whole", async () => {
    await using directory = await temporaryDirectory();
    await using _opened = await openStore(directory.path, { bootId: "boot-7" });
    const info = { pid: process.pid, bootId: "boot-7", startedAt: STARTED_AT };
    assert.deepEqual(await readServerInfo(directory.path), {
      ...info,
      url: undefined,
      controlSocket: undefined,
    });
    const full = { ...info, url: "http://127.0.0.1:4080", controlSocket: "/run/spillway.sock" };
    await writeServerInfo(directory.path, full);
    assert.deepEqual(await readServerInfo(directory.path), full);
  });

  it("takes a damaged server file for none", async () => {
    await using directory = await temporaryDirectory();
    await writeFile(join(directory.path, "server.json"), '{"pid":"one"');
    assert.equal(await readServerInfo(directory.path), undefined);
  });

  it("W-05: keeps directory and files for their owner, whatever the umask", {
    skip: isWindows,
  }, async () => {
    await using directory = await temporaryDirectory();
    const dataDir = join(directory.path, "data");
    const before = process.umask(0);
    try {
      await using opened = await openStore(dataDir);
      await opened.store.start(startedRecord(1));
      assert.equal(await modeOf(dataDir), 0o700);
      const names = (await readdir(dataDir)).toSorted();
      assert.deepEqual(names, [
        "lock.db",
        "server.json",
        "spillway.db",
        "spillway.db-shm",
        "spillway.db-wal",
      ]);
      for (const name of names) assert.equal(await modeOf(join(dataDir, name)), 0o600, name);
    } finally {
      process.umask(before);
    }
  });

  it("leaves the mode of somebody else's directory alone, and says so", {
    skip: isWindows,
  }, async () => {
    await using directory = await temporaryDirectory();
    await writeFile(join(directory.path, "notes.txt"), "");
    await chmod(directory.path, 0o755);
    await using opened = await openStore(directory.path);
    assert.deepEqual(
      opened.problems.map(({ kind }) => kind),
      ["open_permissions"],
    );
    assert.equal(await modeOf(directory.path), 0o755);
  });

  it("says in words that a directory cannot be used", async () => {
    await using directory = await temporaryDirectory();
    await writeFile(join(directory.path, "file"), "");
    const refused = await tryToOpen(join(directory.path, "file", "data"));
    assert.equal(refused?.kind, "unusable");
    assert.match(refused?.message ?? "", /SPILLWAY_DATA_DIR/);
  });

  it("says in words that the database is damaged", async () => {
    await using directory = await temporaryDirectory();
    await writeFile(databasePath(directory.path), "not a database ".repeat(1_000));
    const refused = await tryToOpen(directory.path);
    assert.equal(refused?.kind, "unusable");
    assert.match(refused?.message ?? "", /spillway\.db/);
  });
});

describe("migrations", () => {
  it("refuse a database that is newer than the program, for server and command", async () => {
    await using directory = await temporaryDirectory();
    withDatabase(directory.path, (database) =>
      database.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`),
    );
    const refused = await tryToOpen(directory.path);
    assert.equal(refused?.kind, "newer_schema");
    assert.match(refused?.message ?? "", /newer Spillway/);
    const reader = openReader(directory.path);
    assert.equal(reader.ok ? undefined : reader.error.kind, "newer_schema");
  });

  it("run from where the database is, each in order, and leave whole steps when one fails", () => {
    using database = new DatabaseSync(":memory:");
    const first = "CREATE TABLE one (a INTEGER) STRICT;";
    const second = "ALTER TABLE one ADD COLUMN b TEXT;";
    migrate(database, [first]);
    assert.throws(() => migrate(database, [first, "CREATE TABLE two (a INTEGER); nonsense"]));
    assert.equal(schemaVersion(database), 1);
    assert.equal(database.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.["n"], 1);
    migrate(database, [first, second]);
    assert.equal(schemaVersion(database), 2);
    database.exec("INSERT INTO one (a, b) VALUES (1, 'x')");
  });

  it("give what was known of an account to everybody who used it, and lose nothing of it", () => {
    using database = new DatabaseSync(":memory:");
    migrate(database, MIGRATIONS.slice(0, 3));
    const started = database.prepare(
      "INSERT INTO exchange_start (boot, id, started_at, principal, organisation, dialect, operation, method, path, " +
        "stream, credential_class, account, provider) VALUES (1, ?, 1, ?, 'local', '', '', '', '', 0, '', ?, '')",
    );
    for (const [principal, account] of [
      ["ann", "a"],
      ["ann", "a"],
      ["bob", "a"],
      ["bob", "b"],
      ["bob", null],
    ] as const) {
      started.run(crypto.randomUUID(), principal, account);
    }
    database.exec("INSERT INTO quota VALUES ('a', 1, '{}'), ('b', 2, '{}'), ('nobody', 3, '{}')");
    migrate(database);
    const rows = database.prepare("SELECT * FROM quota ORDER BY observed_at, principal").all();
    assert.deepEqual(
      rows.map((row) => Object.values(row)),
      [
        ["ann", "a", 1, "{}"],
        ["bob", "a", 1, "{}"],
        ["bob", "b", 2, "{}"],
        ["", "nobody", 3, "{}"],
      ],
    );
  });

  it("keep what is stored across a restart", async () => {
    await using directory = await temporaryDirectory();
    const first = await openStore(directory.path);
    await first.store.start(startedRecord(1));
    first.store.finish(terminalRecord(1));
    await first.close();
    await using second = await openStore(directory.path, { bootId: "boot-2" });
    const found = await second.store.reader.exchange(exchangeId(1));
    assert.deepEqual(found?.terminal, terminalRecord(1));
  });
});

describe("recovery", () => {
  it("closes what an earlier process left open as indeterminate, and nothing else", async () => {
    await using directory = await temporaryDirectory();
    const first = await openStore(directory.path);
    await first.store.start(startedRecord(1));
    first.store.finish(terminalRecord(1));
    await first.store.start(startedRecord(2, { credentialClass: "api_key" }));
    await first.close();

    await using second = await openStore(directory.path, {
      bootId: "boot-2",
      nowMs: STARTED_AT + 60_000,
    });
    assert.equal(second.store.recovered, 1);
    await second.store.start(startedRecord(3));
    const { reader } = second.store;
    assert.deepEqual((await reader.exchange(exchangeId(1)))?.terminal, terminalRecord(1));
    const closed = (await reader.exchange(exchangeId(2)))?.terminal;
    assert.equal(closed?.finish, "indeterminate");
    assert.equal(closed?.usageSource, "unknown");
    assert.equal(closed?.finishedAt, STARTED_AT + 60_000);
    assert.equal(closed?.durationMs, undefined);
    assert.equal(closed?.cost, undefined);
    assert.equal(closed?.book, "api");
    assert.equal((await reader.exchange(exchangeId(3)))?.terminal, undefined);
  });

  it("never touches the rows of a process that runs", async () => {
    await using directory = await temporaryDirectory();
    await using running = await openStore(directory.path);
    await running.store.start(startedRecord(1));
    assert.equal((await tryToOpen(directory.path, "boot-2"))?.kind, "already_running");
    assert.equal((await running.store.reader.exchange(exchangeId(1)))?.terminal, undefined);
  });
});

async function tryToOpen(dataDir: string, bootId = "boot-x") {
  const opened = await openSqliteStore({
    dataDir,
    clock: clockAt(STARTED_AT),
    bootId,
    onProblem: () => {},
  });
  if (opened.ok) await opened.value[Symbol.asyncDispose]();
  return opened.ok ? undefined : opened.error;
}

function withDatabase(dataDir: string, use: (database: DatabaseSync) => void): void {
  using database = new DatabaseSync(databasePath(dataDir));
  use(database);
}

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}
