import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import type { AccountQuota } from "../../quota/accounts.ts";
import { describeQuota, type QuotaDescription } from "../../quota/describe.ts";
import type { DisplayCurrency } from "../../store/amount-view.ts";
import type { ExchangeReader } from "../../store/contract.ts";
import { activityView, usageView } from "../../store/usage-view.ts";
import { eventsView, exchangeView } from "../../store/views.ts";
import { readChoice, readCount, readId, readPeriod } from "./query.ts";

/** What the own endpoints look at; nothing here can be changed through them. */
export interface HouseViews {
  readonly reader: ExchangeReader;
  now(): number;
  /** Why the process takes no exchanges now, if so. */
  ready(): string | undefined;
  /** The Prometheus page; undefined when metrics are off. */
  metrics(): string | undefined;
  quota(): readonly AccountQuota[];
  display(): DisplayCurrency;
  timeZone(): string;
  status(): ProcessStatus;
}

/** What `status` shows of the running process. */
export interface ProcessStatus {
  readonly pid: number;
  readonly version: string;
  readonly startedAt: number;
  readonly url: string;
  readonly dataDir: string;
  readonly configFile: string | undefined;
  readonly openStreams: number;
  readonly accepting: boolean;
  readonly providers: readonly { readonly id: string; readonly origin: string }[];
}

const MAX_EVENTS = 200;
const DEFAULT_EVENTS = 50;
const GROUPS = ["none", "day", "model", "session"] as const;
const MS_PER_SECOND = 1_000;

type Report = Promise<Result<unknown, GatewayError>>;

/** The reports behind `/me/*` and the control socket. */
export function reports(views: HouseViews) {
  return {
    async usage(query: URLSearchParams): Report {
      const period = readPeriod(query, views.now());
      if (!period.ok) return period;
      const groupBy = readChoice(query, "by", GROUPS);
      if (!groupBy.ok) return groupBy;
      const timeZone = views.timeZone();
      const rows = await views.reader.usage({
        ...period.value,
        groupBy: groupBy.value,
        timeZone,
      });
      return ok(
        usageView(rows, { ...period.value, groupBy: groupBy.value, timeZone }, views.display()),
      );
    },

    async activity(query: URLSearchParams): Report {
      const period = readPeriod(query, views.now());
      if (!period.ok) return period;
      const timeZone = views.timeZone();
      const activity = await views.reader.activity({ ...period.value, timeZone });
      return ok(activityView(activity, { ...period.value, timeZone }, views.display()));
    },

    async events(query: URLSearchParams): Report {
      const limit = readCount(query, "limit", { fallback: DEFAULT_EVENTS, most: MAX_EVENTS });
      if (!limit.ok) return limit;
      const before = readId(query, "before");
      if (!before.ok) return before;
      const after = readId(query, "after");
      if (!after.ok) return after;
      const page = await views.reader.events({
        limit: limit.value,
        before: before.value,
        after: after.value,
        sessionId: query.get("session") ?? undefined,
      });
      return ok(eventsView(page));
    },

    async exchange(id: string): Report {
      const detail = await views.reader.exchange(id);
      if (detail === undefined) return fail(gatewayError("not_found", "There is no such exchange"));
      return ok(exchangeView(detail));
    },

    quota(): unknown {
      return { accounts: describeAll(views.quota(), views.now()) };
    },

    async status(): Report {
      const status = views.status();
      const nowMs = views.now();
      return ok({
        pid: status.pid,
        version: status.version,
        started_at: new Date(status.startedAt).toISOString(),
        uptime_s: Math.round((nowMs - status.startedAt) / MS_PER_SECOND),
        url: status.url,
        data_dir: status.dataDir,
        config_file: status.configFile ?? null,
        open_streams: status.openStreams,
        accepting: status.accepting,
        not_ready: views.ready() ?? null,
        providers: status.providers,
        quota: describeAll(views.quota(), nowMs),
      });
    },
  };
}

function describeAll(quotas: readonly AccountQuota[], nowMs: number): QuotaDescription[] {
  return quotas.map((quota) => describeQuota(quota, nowMs));
}
