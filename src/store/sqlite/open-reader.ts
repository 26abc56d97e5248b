import { fail, ok, type Result } from "../../base/result.ts";
import type { ExchangeReader, StoreOpenError } from "../contract.ts";
import { databasePath } from "../data-directory.ts";
import { newerSchema, schemaVersion } from "./migrate.ts";
import { MIGRATIONS } from "./migrations/index.ts";
import { openReadOnly, SyncReader } from "./reader.ts";
import { messageOf } from "./sqlite-error.ts";

/**
 * Opens a data directory for reading only, for a command that runs once: every question blocks its thread.
 *
 * It works beside a running server. Without a database there is nothing to report, which is no error.
 */
export function openReader(dataDir: string): Result<ExchangeReader, StoreOpenError> {
  const path = databasePath(dataDir);
  try {
    const database = openReadOnly(path);
    const found = database === undefined ? 0 : schemaVersion(database);
    if (found === MIGRATIONS.length) return ok(directReader(new SyncReader(database)));
    database?.close();
    if (found > MIGRATIONS.length) return fail(newerSchema(found, MIGRATIONS.length));
    // No database, or one that a server is making just now.
    if (found === 0) return ok(directReader(new SyncReader(undefined)));
    return fail({
      kind: "unusable",
      message: `${path} is of an older Spillway. Start the server once: it brings the database up to date.`,
    });
  } catch (error) {
    return fail({ kind: "unusable", message: `${path} cannot be read: ${messageOf(error)}` });
  }
}

function directReader(reader: SyncReader): ExchangeReader {
  return {
    events: async (query) => reader.events(query),
    exchange: async (id) => reader.exchange(id),
    usage: async (query) => reader.usage(query),
    activity: async (query) => reader.activity(query),
    quota: async () => reader.quota(),
    keys: async () => reader.keys(),
    credentials: async () => reader.credentials(),
    budgetBalances: async (sinceMs) => reader.budgetBalances(sinceMs),
    billedRequests: async (span) => reader.billedRequests(span),
    auditLedger: async () => reader.auditLedger(),
    [Symbol.asyncDispose]: async () => reader.close(),
  };
}
