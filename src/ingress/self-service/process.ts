import type { SpeedLimits } from "../../base/allowance.ts";
import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import { LOCAL_ORGANISATION } from "../../identity/principal.ts";
import { describeQuota } from "../../quota/describe.ts";
import { credentialView } from "../../vault/index.ts";
import { type Answer, json, type Reply } from "./answer.ts";
import type { Ask } from "./ask.ts";
import { overflowCap } from "./budget-use.ts";
import type { HouseViews } from "./views.ts";

/** @source https://prometheus.io/docs/instrumenting/exposition_formats/ (read 2026-11-21) */
const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";
const MS_PER_SECOND = 1_000;

export function showHealth(): Result<Answer, GatewayError> {
  return ok(json(200, { status: "ok" }));
}

export function showReadiness(views: HouseViews): Result<Answer, GatewayError> {
  const reason = views.ready();
  return ok(
    reason === undefined
      ? json(200, { status: "ready" })
      : json(503, { status: "not_ready", reason }),
  );
}

export async function showMetrics({ views }: Ask): Reply {
  const page = views.metrics();
  return page === undefined
    ? fail(gatewayError("not_found", "Metrics are off (metrics.enabled in spillway.yaml)"))
    : ok({ status: 200, contentType: METRICS_TYPE, body: page });
}

export async function showStatus({ views }: Ask): Reply {
  const status = views.status();
  const nowMs = views.now();
  return ok(
    json(200, {
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
      providers: status.providers.map(({ id, origin, limits }) => ({
        id,
        origin,
        limits: limits === undefined ? null : limitsView(limits),
      })),
      queues: status.queues.map(({ provider, owner, running, waiting }) => ({
        provider,
        owner,
        running,
        waiting,
      })),
      health: status.troubles.map(({ provider, model, owner, state, forMs }) => ({
        provider,
        model,
        owner: owner ?? null,
        state,
        for_seconds: Math.ceil(forMs / 1_000),
      })),
      quota: views.quota().map((quota) => describeQuota(quota, nowMs)),
      pays: paysView(views),
    }),
  );
}

function limitsView({ concurrency, requestsPerMinute, tokensPerMinute }: SpeedLimits): unknown {
  return {
    concurrency: concurrency ?? null,
    requests_per_minute: requestsPerMinute ?? null,
    tokens_per_minute: tokensPerMinute ?? null,
  };
}

/** What pays when the session does not: the stored keys of the machine's owner, and how far they may be used without a key. */
function paysView(views: HouseViews): unknown {
  const { mode } = views.pay();
  const stored = views.vault.list(LOCAL_ORGANISATION);
  return {
    mode: mode ?? null,
    redirects_to: views.redirectsTo() ?? null,
    cap: overflowCap({ principal: views.localPrincipal }, views),
    stored: stored.map((credential) => credentialView(credential)),
    keys: views.keys.list().filter(({ revokedAt }) => revokedAt === undefined).length,
  };
}
