import { dateAt, startOfDate } from "../base/calendar.ts";
import { isObject, parseJson } from "../base/json.ts";
import { fail, ok, type Result } from "../base/result.ts";
import type { WatchedQuota } from "../quota/watch.ts";
import type { DisplayCurrency } from "../store/amount-view.ts";
import type { ExchangeReader, QuotaSnapshot } from "../store/contract.ts";
import { monthView } from "../store/usage-view.ts";
import { eventsView, exchangeView, usageView } from "../store/views.ts";
import { type CliFailure, cliFailure } from "./deps.ts";
import type { Source } from "./source.ts";

/** What the configuration says of how reports look. */
export interface ReportSettings {
  readonly display: DisplayCurrency;
  readonly timeZone: string;
}

export interface DatabaseOptions {
  readonly reader: ExchangeReader;
  /** Asked only by reports that need it: reading the configuration takes longer than the report. */
  readonly settings: () => Promise<Result<ReportSettings, CliFailure>>;
  readonly now: () => number;
}

/** Reads what the last server left; the JSON is the server's own. */
export function makeDatabaseSource({ reader, settings, now }: DatabaseOptions): Source {
  return {
    server: undefined,
    usage: async ({ from, to, by }) => {
      const known = await settings();
      if (!known.ok) return known;
      const { display, timeZone } = known.value;
      const query = { from, to, groupBy: by, timeZone };
      const month = {
        from: startOfMonth(now(), timeZone),
        to: now() + 1,
        groupBy: "none",
      } as const;
      return await answered(async () => {
        const keys = by === "key" ? await reader.keys() : [];
        const names = new Map(keys.map(({ id, name }) => [id, name]));
        return {
          ...usageView(await reader.usage(query), query, display, (group) => names.get(group)),
          month: monthView(await reader.usage(month), month.from, display),
        };
      });
    },
    events: async (request) => await answered(async () => eventsView(await reader.events(request))),
    exchange: async (id) =>
      await answered(async () => {
        const detail = await reader.exchange(id);
        return detail === undefined ? undefined : exchangeView(detail);
      }),
    quota: async () =>
      await answered(async () => {
        const { describeQuota } = await import("../quota/describe.ts");
        const accounts = (await reader.quota()).flatMap(readSnapshot);
        return { accounts: accounts.map((account) => describeQuota(account, now())) };
      }),
    [Symbol.asyncDispose]: async () => await reader[Symbol.asyncDispose](),
  };
}

function startOfMonth(atMs: number, timeZone: string): number {
  return startOfDate({ ...dateAt(atMs, timeZone), day: 1 }, timeZone);
}

/** A database that another program locks, or that is damaged, is no bug of ours. */
async function answered<T>(read: () => Promise<T>): Promise<Result<T, CliFailure>> {
  try {
    return ok(await read());
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unknown error";
    return fail(cliFailure(1, `The database cannot be read: ${reason}.`));
  }
}

const MAX_SNAPSHOT_BYTES = 2 ** 16;

function readSnapshot({ principal, account, json }: QuotaSnapshot): readonly WatchedQuota[] {
  const parsed = parseJson(json, { maxBytes: MAX_SNAPSHOT_BYTES });
  return parsed.ok && isTold(parsed.value) ? [{ ...parsed.value, principal, account }] : [];
}

/** `quota` wrote it; only what would make describing it fail is looked at. */
function isTold(value: unknown): value is Omit<WatchedQuota, "principal" | "account"> {
  return (
    isObject(value) &&
    typeof value["observedAtMs"] === "number" &&
    Array.isArray(value["windows"]) &&
    value["windows"].every(isObject)
  );
}
