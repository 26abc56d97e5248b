import type { Result } from "../base/result.ts";
import type { EventsQuery } from "../store/contract.ts";
import type { UsageReport } from "../store/usage-view.ts";
import type { EventsView, ExchangeView } from "../store/views.ts";
import type { CliFailure } from "./deps.ts";

/** What the server says of itself; null where there is nothing to say. */
export interface ServerStatus {
  readonly pid: number;
  readonly version: string;
  readonly started_at: string;
  readonly uptime_s: number;
  readonly url: string;
  readonly data_dir: string;
  readonly config_file: string | null;
  readonly open_streams: number;
  readonly accepting: boolean;
  /** Why it takes no new requests, if so. */
  readonly not_ready?: string | null;
  readonly providers: readonly {
    readonly id: string;
    readonly origin: string;
    /** Absent from older servers. */
    readonly limits?: {
      readonly concurrency: number | null;
      readonly requests_per_minute: number | null;
      readonly tokens_per_minute: number | null;
    } | null;
  }[];
  /** In front of upstreams with limits, one for each credential; absent from older servers. */
  readonly queues?: readonly {
    readonly provider: string;
    readonly owner: string;
    readonly running: number;
    readonly waiting: number;
  }[];
  /** What is left alone for a while, without an owner by everybody; absent from older servers. */
  readonly health?: readonly {
    readonly provider: string;
    readonly model: string;
    readonly owner: string | null;
    readonly state: string;
    readonly for_seconds: number;
  }[];
  /** What pays when the session does not; absent from older servers. */
  readonly pays?: {
    readonly mode: string | null;
    /** The provider that answers while a plan is nearly full. */
    readonly redirects_to?: string | null;
    readonly cap: CapView | null;
    readonly stored: readonly {
      readonly provider: string;
      readonly label: string;
      readonly mask: string;
      readonly overflow: boolean;
    }[];
    readonly keys: number;
  };
}

/** The budget of overflows without a key, in its currency. */
export interface CapView {
  readonly amount: string;
  readonly currency: string;
  readonly period: string;
  readonly used: string | null;
  /** Absent from older servers, like the percentage. */
  readonly remaining?: string | null;
  readonly used_percent?: number;
  readonly resets_at: string;
}

export const USAGE_GROUPS = ["model", "day", "session", "agent", "key", "provider"] as const;
export type UsageBy = "none" | (typeof USAGE_GROUPS)[number];

export interface UsageRequest {
  /** Epoch milliseconds, the end excluded. */
  readonly from: number;
  readonly to: number;
  readonly by: UsageBy;
}

export type EventsRequest = Pick<EventsQuery, "before" | "after" | "limit">;

/** Where reports come from: a running server, or the database when there is none (design R13). Both give the same JSON. */
export interface Source extends AsyncDisposable {
  /** What the running server said of itself; undefined without one. */
  readonly server: ServerStatus | undefined;
  usage(request: UsageRequest): Promise<Result<UsageReport, CliFailure>>;
  events(request: EventsRequest): Promise<Result<EventsView, CliFailure>>;
  exchange(id: string): Promise<Result<ExchangeView | undefined, CliFailure>>;
  /** `{ accounts: [...] }`, as `/me/quota` gives it. */
  quota(): Promise<Result<unknown, CliFailure>>;
}
