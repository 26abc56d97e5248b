import { readFile } from "node:fs/promises";
import { ok, type Result } from "./base/result.ts";
import type { Environment } from "./config/inputs.ts";
import type { Config } from "./config/schema.ts";
import type { Deployment } from "./routing/deployment.ts";
import { anthropic } from "./upstream/providers/anthropic/index.ts";
import { openTransport } from "./upstream/transport/open.ts";

/** Opens the way to Anthropic as configured; its origin is pinned for the life of the process (design R18). */
export async function openDeployment(
  config: Config,
  env: Environment,
): Promise<Result<Deployment, string>> {
  const { origin, pathname } = new URL(config.anthropic.url);
  const { proxy, ca, extraCa } = config.egress;
  const transport = openTransport(
    origin,
    {
      connectTimeoutMs: config.timeouts.connect,
      headersTimeoutMs: config.timeouts.headers,
      idleTimeoutMs: config.timeouts.idle,
      keepAliveMs: config.timeouts.upstreamKeepAlive,
    },
    { proxy, ca, extraCa: extraCa === undefined ? undefined : await readFile(extraCa, "utf8") },
    env,
  );
  if (!transport.ok) return transport;
  return ok({
    provider: anthropic.id,
    dialect: anthropic.dialect,
    origin,
    pathPrefix: pathname === "/" ? "" : pathname,
    transport: transport.value,
  });
}
