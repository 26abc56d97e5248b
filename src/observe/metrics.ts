import { ERRORS } from "../base/errors.ts";
import { Counter, exposeAll, Gauge, GaugeFamily, Histogram } from "./registry.ts";

/** What one finished exchange adds to the metrics. All labels come from closed lists. */
export interface ExchangeFigures {
  readonly operation: string;
  readonly provider: string;
  readonly status: number | undefined;
  readonly error?: { readonly code: string; readonly source: string } | undefined;
  readonly book: string;
  readonly tokens: {
    readonly input?: number | undefined;
    readonly output?: number | undefined;
    readonly cacheRead?: number | undefined;
    readonly cacheWrite?: number | undefined;
  };
  readonly usageUnknown: boolean;
  /** US dollars; for display only, money is settled in the ledger. */
  readonly costUsd: number | undefined;
  readonly headersMs: number | undefined;
  readonly firstByteMs: number | undefined;
  readonly totalMs: number;
}

/** What became of a session's warm cache. */
export interface CacheFigures {
  readonly decision: "stayed" | "left";
  /** What moving costs more in one turn, nano-dollars; undefined is unknown. */
  readonly movingNano: bigint | undefined;
}

/** Values that are read at scrape time. */
export interface ProcessFigures {
  openStreams(): number;
  heldBytes(): number;
  queued(): number;
  repeating(): number;
  /** Provider and state of everything that is left alone. */
  unfit(): Iterable<readonly [string, string]>;
  loopDelayP99Seconds(): number;
}

const NANO_PER_DOLLAR = 1e9;
/** From a loopback answer to the longest stream that a client waits for. */
const SECONDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600] as const;
const TOKEN_KINDS = [
  ["input", "input"],
  ["output", "output"],
  ["cacheRead", "cache_read"],
  ["cacheWrite", "cache_write"],
] as const;

/** Every metric, its labels and its unit. Owned by `gateway.ts`. */
export class ExchangeMetrics {
  readonly #requests = new Counter({
    name: "spillway_requests_total",
    help: "Exchanges that ended, by operation, provider and status class.",
    labels: ["operation", "provider", "status"],
  });
  readonly #errors = new Counter({
    name: "spillway_errors_total",
    help: "Exchanges that ended in an error, by code and by who caused it.",
    labels: ["code", "source"],
  });
  readonly #tokens = new Counter({
    name: "spillway_tokens_total",
    help: "Tokens as the provider counted them, by kind and book.",
    labels: ["kind", "book"],
  });
  readonly #unmetered = new Counter({
    name: "spillway_unmetered_total",
    help: "Exchanges whose usage is unknown, by provider.",
    labels: ["provider"],
  });
  readonly #cost = new Counter({
    name: "spillway_cost_usd_total",
    help: "Cost in US dollars by book; the subscription book is list price, not money owed.",
    labels: ["book"],
  });
  readonly #probes = new Counter({
    name: "spillway_quota_probes_total",
    help: "Questions how full a redirected account is, by whether the answer told it.",
    labels: ["outcome"],
  });
  readonly #queueRefused = new Counter({
    name: "spillway_queue_refused_total",
    help: "Requests that found no room at an upstream with limits, by provider and why: full, waited, no_room.",
    labels: ["provider", "reason"],
  });
  readonly #rateLimited = new Counter({
    name: "spillway_rate_limited_total",
    help: "Requests refused by a key's limits of speed, by limit.",
    labels: ["limit"],
  });
  readonly #misplaced = new Counter({
    name: "spillway_residency_mismatch_total",
    help: "Answers that say they were made elsewhere than a data policy or the request asked for, by provider.",
    labels: ["provider"],
  });
  readonly #queueWait = new Histogram(
    {
      name: "spillway_queue_wait_seconds",
      help: "Time that requests waited for room at an upstream with limits, of those that had to.",
      labels: ["provider"],
    },
    SECONDS,
  );
  readonly #headers = new Histogram(
    {
      name: "spillway_headers_seconds",
      help: "Time from a request's arrival to the upstream's response headers.",
      labels: ["operation"],
    },
    SECONDS,
  );
  readonly #firstByte = new Histogram(
    {
      name: "spillway_first_byte_seconds",
      help: "Time from a request's arrival to the first body byte sent to the client.",
      labels: ["operation"],
    },
    SECONDS,
  );
  readonly #duration = new Histogram(
    {
      name: "spillway_duration_seconds",
      help: "Time from a request's arrival to the end of its exchange.",
      labels: ["operation"],
    },
    SECONDS,
  );
  readonly #repetitionsDenied = new Counter({
    name: "spillway_repetitions_denied_total",
    help: "Failures that were shown because too much was being repeated already.",
  });
  readonly #cacheWeighed = new Counter({
    name: "spillway_cache_weighed_total",
    help: "Requests that could have left a warm prompt cache, by whether they stayed.",
    labels: ["decision"],
  });
  readonly #cacheUsd = new Counter({
    name: "spillway_cache_moving_usd_total",
    help: "What moving away from a warm prompt cache costs more, in US dollars by list prices: saved by those that stayed, paid by those that left.",
    labels: ["decision"],
  });
  readonly #gauges: readonly (Gauge | GaugeFamily)[];

  constructor(process: ProcessFigures) {
    this.#gauges = [
      gauge("spillway_open_streams", "Exchanges under way.", () => process.openStreams()),
      gauge("spillway_queue_length", "Requests that wait for room at an upstream.", () =>
        process.queued(),
      ),
      gauge(
        "spillway_repetitions",
        "Attempts under way that a failure before them led to, until their answer begins.",
        () => process.repeating(),
      ),
      new GaugeFamily(
        {
          name: "spillway_unfit",
          help: "Deployments (open, half_open) and credentials (cooling, dead) that are left alone, by provider and state.",
          labels: ["provider", "state"],
        },
        () => process.unfit(),
      ),
      gauge("spillway_held_bytes", "Bytes of request bodies in memory.", () => process.heldBytes()),
      gauge(
        "spillway_loop_delay_p99_seconds",
        "99th percentile of the event loop's delay over the last 100 samples, about five seconds.",
        () => process.loopDelayP99Seconds(),
      ),
    ];
  }

  exchangeEnded(figures: ExchangeFigures): void {
    const { operation, provider, book } = figures;
    this.#requests.add(1, operation, provider, statusClass(figures.status));
    if (figures.error !== undefined) {
      this.#errors.add(1, errorLabel(figures.error.code), figures.error.source);
    }
    for (const [key, kind] of TOKEN_KINDS) {
      const count = figures.tokens[key];
      if (count !== undefined && count > 0) this.#tokens.add(count, kind, book);
    }
    if (figures.usageUnknown) this.#unmetered.add(1, provider);
    if (figures.costUsd !== undefined) this.#cost.add(figures.costUsd, book);
    if (figures.headersMs !== undefined) this.#headers.observe(figures.headersMs / 1e3, operation);
    if (figures.firstByteMs !== undefined) {
      this.#firstByte.observe(figures.firstByteMs / 1e3, operation);
    }
    this.#duration.observe(figures.totalMs / 1e3, operation);
  }

  /** A request that ended before an exchange began. */
  refused(error: { readonly code: string; readonly source: string }): void {
    this.#errors.add(1, error.code, error.source);
  }

  /** A redirected account was asked how full it is. */
  probed(outcome: "told" | "failed"): void {
    this.#probes.add(1, outcome);
  }

  /** A request waited for room at an upstream, and has it. */
  queued(provider: string, waitedMs: number): void {
    this.#queueWait.observe(waitedMs / 1e3, provider);
  }

  /** A request found no room at an upstream. */
  queueRefused(provider: string, reason: string): void {
    this.#queueRefused.add(1, provider, reason);
  }

  /** A key's limit of speed was reached. */
  rateLimited(limit: string): void {
    this.#rateLimited.add(1, limit);
  }

  /** An answer was made elsewhere than it had to be. */
  misplaced(provider: string): void {
    this.#misplaced.add(1, provider);
  }

  /** A failure was shown that might have been mended. */
  repetitionDenied(): void {
    this.#repetitionsDenied.add(1);
  }

  /** A session stayed at its warm cache, or left it. Where moving is cheaper nothing is saved or paid. */
  cacheWeighed({ decision, movingNano }: CacheFigures): void {
    this.#cacheWeighed.add(1, decision);
    if (movingNano !== undefined && movingNano > 0n) {
      this.#cacheUsd.add(Number(movingNano) / NANO_PER_DOLLAR, decision);
    }
  }

  /** The page for `GET /metrics`. */
  expose(): string {
    return exposeAll([
      this.#requests,
      this.#errors,
      this.#cacheWeighed,
      this.#cacheUsd,
      this.#tokens,
      this.#unmetered,
      this.#cost,
      this.#probes,
      this.#queueRefused,
      this.#repetitionsDenied,
      this.#rateLimited,
      this.#misplaced,
      this.#queueWait,
      this.#headers,
      this.#firstByte,
      this.#duration,
      ...this.#gauges,
    ]);
  }
}

function gauge(name: string, help: string, read: () => number): Gauge {
  return new Gauge({ name, help }, read);
}

/**
 * Names of the API's errors.
 * @source https://platform.claude.com/docs/en/api/errors (read 2026-11-21)
 */
const API_ERRORS: ReadonlySet<string> = new Set([
  "invalid_request_error",
  "authentication_error",
  "billing_error",
  "permission_error",
  "not_found_error",
  "conflict_error",
  "request_too_large",
  "rate_limit_error",
  "api_error",
  "timeout_error",
  "overloaded_error",
]);

/** An upstream can name its errors as it likes; a label cannot. The record keeps the name. */
function errorLabel(code: string): string {
  if (Object.hasOwn(ERRORS, code) || API_ERRORS.has(code)) return code;
  return /^http_[45]\d\d$/.test(code) ? `${code.slice(0, -2)}xx` : "other";
}

function statusClass(status: number | undefined): string {
  return status === undefined ? "none" : `${Math.trunc(status / 100)}xx`;
}
