import { setTimeout as sleep } from "node:timers/promises";
import type { Result } from "../../base/result.ts";
import type { ExchangeStore, StoreOpenError } from "../contract.ts";
import { readServerInfo } from "../server-info.ts";
import { openSqliteStore, type SqliteStoreOptions } from "./open.ts";

const FREE_WITHIN_MS = 5_000;
const ASK_AGAIN_MS = 100;

/** For a server: a command that does without one has the data directory for a moment, and is waited for. */
export async function openWhenFree(
  options: SqliteStoreOptions,
): Promise<Result<ExchangeStore, StoreOpenError>> {
  const { clock, dataDir } = options;
  const startedMs = clock.monotonicMs();
  for (;;) {
    const opened = await openSqliteStore(options);
    if (opened.ok || opened.error.kind !== "already_running") return opened;
    const holder = await readServerInfo(dataDir);
    // One that listens stays.
    if (holder?.url !== undefined) return opened;
    if (clock.monotonicMs() - startedMs >= FREE_WITHIN_MS) return opened;
    await sleep(ASK_AGAIN_MS);
  }
}
