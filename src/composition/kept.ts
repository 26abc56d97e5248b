import { budgetWindow } from "../policy/budget/index.ts";
import type { ExchangeReader } from "../store/contract.ts";
import type { KeyRecord } from "../store/key-record.ts";
import { openReader } from "../store/sqlite/open-reader.ts";

/** No budget's window is longer than a month. */
const LONGEST_WINDOW_MS = 32 * 86_400_000;

/** What earlier runs left behind, read in this thread, once, before anything is served: a thread of its own costs 20 MB. */
export async function readKept(dataDir: string, nowMs: number) {
  const opened = openReader(dataDir);
  if (!opened.ok) return opened;
  await using reader = opened.value;
  const keys = await reader.keys();
  return {
    ok: true,
    value: {
      quota: await reader.quota(),
      keys,
      credentials: await reader.credentials(),
      budgets: {
        balances: await reader.budgetBalances(nowMs - LONGEST_WINDOW_MS),
        requests: await requestsToday(reader, keys, nowMs),
        at: nowMs,
      },
    },
  } as const;
}

/** By key id: what each key with a daily limit was billed for on the day that it is in its own zone. */
async function requestsToday(
  reader: ExchangeReader,
  keys: readonly KeyRecord[],
  nowMs: number,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const limited = keys.filter(({ settings }) => settings.dailyRequests !== undefined);
  const zones = new Set(limited.map(({ settings }) => settings.timeZone));
  for (const timeZone of zones) {
    const { startsAt, resetsAt } = budgetWindow({ period: "day", timeZone }, nowMs);
    const billed = await reader.billedRequests({ from: startsAt, to: resetsAt });
    for (const { id, settings } of limited) {
      if (settings.timeZone === timeZone) counts.set(id, billed.get(id) ?? 0);
    }
  }
  return counts;
}
