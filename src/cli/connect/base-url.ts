import { fail, ok, type Result } from "../../base/result.ts";
import { readServerInfo } from "../../store/server-info.ts";
import { type CliDeps, type CliFailure, cliFailure } from "../deps.ts";
import { findDataDir, loadConfig, type PlaceFlags } from "../location.ts";
import { openSocketSource } from "../socket-source.ts";
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
  const server = await readServerInfo(dataDir.value);
  // A server that was killed leaves its file behind, and its port may be somebody else's by now.
  const running =
    server?.controlSocket === undefined ? undefined : await openSocketSource(server.controlSocket);
  if (running?.ok === true && running.value?.server !== undefined) {
    return ok(running.value.server.url.replace(/\/+$/, ""));
  }
  const loaded = await loadConfig(deps, flags);
  if (!loaded.ok) return loaded;
  const { bind, port } = loaded.value.config.listener;
  return ok(`http://${reachable(bind)}:${port}`);
}

/** An address that stands for all of them is none that a client can ask. */
function reachable(bind: string): string {
  if (bind === "0.0.0.0" || bind === "::" || bind === "localhost") return "127.0.0.1";
  return bind.includes(":") ? `[${bind}]` : bind;
}
