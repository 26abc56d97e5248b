import { readFile } from "node:fs/promises";
import type { Result } from "../base/result.ts";
import type { Environment } from "../config/inputs.ts";
import type { Config } from "../config/schema.ts";
import type { Transport } from "../upstream/transport/contract.ts";
import { openTransport } from "../upstream/transport/open.ts";

/** Opens the way to an origin as configured; whoever opens it closes it. The refusal is for people. */
export type OpenWay = (origin: string) => Result<Transport, string>;

/** What all ways out have in common, read once. */
export async function readWays(config: Config, env: Environment): Promise<OpenWay> {
  const { timeouts, egress } = config;
  const { proxy, ca, extraCa } = egress;
  const authorities = extraCa === undefined ? undefined : await readFile(extraCa, "utf8");
  return (origin) =>
    openTransport(
      origin,
      {
        connectTimeoutMs: timeouts.connect,
        headersTimeoutMs: timeouts.headers,
        idleTimeoutMs: timeouts.idle,
        keepAliveMs: timeouts.upstreamKeepAlive,
      },
      { proxy, ca, extraCa: authorities },
      env,
    );
}
