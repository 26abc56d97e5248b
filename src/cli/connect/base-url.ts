import { fail, ok, type Result } from "../../base/result.ts";
import type { LoadedConfig } from "../../config/load.ts";
import { type CliDeps, type CliFailure, cliFailure } from "../deps.ts";
import { findDataDir, loadConfig, type PlaceFlags } from "../location.ts";
import { runningServer } from "../running-server.ts";
import { baseUrlProblem } from "./variables.ts";

/** Where Claude Code is to send its requests: as asked, as the running server says, or as the configuration will have it. */
export async function findBaseUrl(
  deps: CliDeps,
  flags: PlaceFlags & { readonly url?: string | undefined },
): Promise<Result<string, CliFailure>> {
  if (flags.url !== undefined) {
    const problem = baseUrlProblem(flags.url);
    if (problem !== undefined) return fail(cliFailure(2, `--url ${problem}.`));
    return ok(flags.url.replace(/\/+$/, ""));
  }
  const dataDir = await findDataDir(deps, flags);
  if (!dataDir.ok) return dataDir;
  const running = await runningServer(dataDir.value);
  if (running !== undefined) return ok(running.url.replace(/\/+$/, ""));
  const loaded = await loadConfig(deps, flags);
  if (!loaded.ok) return loaded;
  return ok(configuredUrl(loaded.value));
}

/** The address at which clients on this machine reach a server of this configuration. */
export function configuredUrl({ config }: LoadedConfig): string {
  const { bind, port } = config.listener;
  return `http://${reachable(bind)}:${port}`;
}

/** An address that stands for all of them is none that a client can ask. */
function reachable(bind: string): string {
  if (bind === "0.0.0.0" || bind === "::" || bind === "localhost") return "127.0.0.1";
  return bind.includes(":") ? `[${bind}]` : bind;
}
