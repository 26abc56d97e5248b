import { chmodSync, closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fail, ok, type Result } from "../../base/result.ts";
import type { StoreOpenError } from "../contract.ts";
import { databasePath, LOCK_FILE } from "../data-directory.ts";
import { migrate } from "./migrate.ts";
import type { WriterOptions } from "./protocol.ts";
import { recover } from "./recover.ts";
import { isBusy, messageOf } from "./sqlite-error.ts";

/** How long a write waits for another process that has the database locked, before it counts as failed. */
const BUSY_TIMEOUT_MS = 2_000;

/** A process that was just killed may need a moment until the system has let go of its lock. */
const LOCK_TIMEOUT_MS = 250;

/** 16 MB of log between checkpoints: the two disk flushes of each stay rare, reading stays fast. */
const CHECKPOINT_PAGES = 4_000;

export interface WriterDatabase {
  readonly database: DatabaseSync;
  readonly boot: number;
  readonly nextNumber: number;
  readonly recovered: number;
  close(): void;
}

/** Takes the directory's lock, then opens, migrates and repairs the database. */
export function openWriterDatabase(options: WriterOptions): Result<WriterDatabase, StoreOpenError> {
  const lock = takeLock(options.dataDir);
  if (!lock.ok) return lock;
  const path = databasePath(options.dataDir);
  try {
    makePrivateFile(path);
    const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    // FULL while opening: it also flushes the directory entry of the new log.
    database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
       PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}; PRAGMA cache_size = -1024;`,
    );
    const migrated = migrate(database);
    if (!migrated.ok) {
      database.close();
      lock.value.close();
      return migrated;
    }
    const recovered = recover(database, options.nowMs);
    const nextNumber = readNextNumber(database);
    const boot = insertBoot(database, options, nextNumber);
    // The worker flushes the log itself, without holding up the next transaction: see ADR 0002.
    database.exec("PRAGMA synchronous = NORMAL");
    return ok({
      database,
      boot,
      nextNumber,
      recovered,
      close() {
        database.close();
        lock.value.close();
      },
    });
  } catch (error) {
    lock.value.close();
    return fail({
      kind: "unusable",
      message: `The database ${path} cannot be opened: ${messageOf(error)}`,
    });
  }
}

/** The system lets go of the lock when the process dies, however it dies. */
function takeLock(dataDir: string): Result<DatabaseSync, StoreOpenError> {
  const path = join(dataDir, LOCK_FILE);
  let lock: DatabaseSync | undefined;
  try {
    makePrivateFile(path);
    lock = new DatabaseSync(path, { timeout: LOCK_TIMEOUT_MS });
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return ok(lock);
  } catch (error) {
    lock?.close();
    return isBusy(error)
      ? fail({ kind: "already_running", message: `Another Spillway uses ${dataDir}.` })
      : fail({ kind: "unusable", message: `${path} cannot be locked: ${messageOf(error)}` });
  }
}

/** SQLite gives its log and index files the mode of the database. */
function makePrivateFile(path: string): void {
  closeSync(openSync(path, "a", 0o600));
  if (process.platform !== "win32") chmodSync(path, 0o600);
}

function readNextNumber(database: DatabaseSync): number {
  const last = database.prepare("SELECT max(number) AS last FROM exchange_start").get()?.["last"];
  return typeof last === "number" ? last + 1 : 1;
}

function insertBoot(database: DatabaseSync, options: WriterOptions, nextNumber: number): number {
  const made = database
    .prepare("INSERT INTO boot (id, started_at, oldest_open) VALUES (?, ?, ?)")
    .run(options.bootId, options.nowMs, nextNumber);
  return Number(made.lastInsertRowid);
}
