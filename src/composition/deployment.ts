import { ok, type Result } from "../base/result.ts";
import type { Config } from "../config/schema.ts";
import type { Deployment } from "../routing/deployment.ts";
import { anthropic } from "../upstream/providers/anthropic/index.ts";
import { toPool } from "./key-pool.ts";
import { toUpstreamLimits } from "./upstream-limits.ts";
import type { OpenWay } from "./ways.ts";

/** Opens the way to Anthropic as configured; its origin is pinned for the life of the process (design R18). */
export function openDeployment(config: Config, openWay: OpenWay): Result<Deployment, string> {
  const { origin, pathname } = new URL(config.anthropic.url);
  const transport = openWay(origin);
  if (!transport.ok) return transport;
  return ok({
    provider: anthropic.id,
    kind: anthropic.id,
    origin,
    pathPrefix: pathname === "/" ? "" : pathname,
    transport: transport.value,
    dialectFor: anthropic.dialectFor,
    authorize: anthropic.authorize,
    fields: anthropic.fields,
    keys: toPool(config.anthropic.keys),
    limits: toUpstreamLimits(config.anthropic.limits),
  });
}
