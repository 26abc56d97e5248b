import type { DatabaseSync } from "node:sqlite";
import { fail, ok, type Result } from "../../base/result.ts";
import type { StoreOpenError } from "../contract.ts";
import { MIGRATIONS } from "./migrations/index.ts";

/** Brings the schema to this program's version, one transaction for each step, so that a crash leaves whole steps. */
export function migrate(
  database: DatabaseSync,
  migrations: readonly string[] = MIGRATIONS,
): Result<void, StoreOpenError> {
  const found = schemaVersion(database);
  if (found > migrations.length) return fail(newerSchema(found, migrations.length));
  for (let version = found; version < migrations.length; version += 1) {
    database.exec("BEGIN IMMEDIATE");
    try {
      database.exec(migrations[version] ?? "");
      database.exec(`PRAGMA user_version = ${version + 1}`);
      database.exec("COMMIT");
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  }
  return ok(undefined);
}

export function schemaVersion(database: DatabaseSync): number {
  const version = database.prepare("PRAGMA user_version").get()?.["user_version"];
  return typeof version === "number" ? version : 0;
}

export function newerSchema(found: number, known: number): StoreOpenError {
  return {
    kind: "newer_schema",
    message:
      `The database is of a newer Spillway (schema ${found}, this program knows up to ${known}). ` +
      "Start the newer version, or give this one another data directory.",
  };
}
