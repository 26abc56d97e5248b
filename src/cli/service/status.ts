import { ok, type Result } from "../../base/result.ts";
import { pathsOf } from "../../config/places.ts";
import { ERROR_LOG_FILE, LOG_FILE } from "../../observe/log-file.ts";
import { plainText } from "../../observe/terminal-line.ts";
import { readIfThere } from "../connect/files.ts";
import { type CliDeps, type CliFailure, EXIT } from "../deps.ts";
import { findDataDir, type PlaceFlags } from "../location.ts";
import { runningServer } from "../running-server.ts";
import type { ServerStatus } from "../source.ts";
import { screenOf, table, tildePath } from "../text.ts";
import { managerOf } from "./manager-of.ts";
import { askState } from "./steps.ts";

export interface StatusFlags extends PlaceFlags {
  readonly json: boolean;
}

/** `spillway service status`: what the system says of it, and what the server says itself. Gives the exit code. */
export async function showServiceStatus(
  deps: CliDeps,
  flags: StatusFlags,
): Promise<Result<number, CliFailure>> {
  const dataDir = await findDataDir(deps, flags);
  if (!dataDir.ok) return dataDir;
  const manager = managerOf(deps);
  const [definition, state, server] = await Promise.all([
    readIfThere(manager.definition),
    askState(deps.host, manager),
    runningServer(dataDir.value),
  ]);
  const isInstalled = definition.ok && definition.value !== undefined;
  const isRunning = isInstalled && state.active;
  const paths = pathsOf(deps.platform);
  const logs = [LOG_FILE, ERROR_LOG_FILE].map((name) => paths.join(dataDir.value, "logs", name));
  const screen = screenOf(deps);
  const code = isRunning ? EXIT.ok : EXIT.nothing;
  if (flags.json) {
    screen.json({
      manager: manager.name,
      installed: isInstalled,
      enabled: state.enabled,
      running: isRunning,
      pid: state.pid ?? null,
      state: state.words,
      unreachable: state.unreachable ?? null,
      definition: manager.definition,
      logs,
      server: server ?? null,
    });
    return ok(code);
  }
  const words = isRunning
    ? "running"
    : isInstalled
      ? "installed, but not running"
      : "not installed";
  screen.line(screen.paint("bold", `Spillway's service is ${words}.`));
  screen.line();
  const system =
    state.unreachable === undefined
      ? plainText(state.words)
      : `cannot be asked: ${plainText(state.unreachable)}`;
  const process = state.pid === undefined ? "" : `, process ${state.pid}`;
  const rows = [
    [manager.name, `${system}${process}`],
    ["starts", state.enabled ? "by itself" : "not by itself"],
    ["server", serverText(server, isRunning)],
    ["file", tildePath(manager.definition, deps.homeDir)],
    ...logs.map((path, at) => [at === 0 ? "logs" : "", tildePath(path, deps.homeDir)]),
  ];
  for (const line of table(rows, new Set())) screen.line(`  ${line}`);
  if (!isInstalled) screen.line("\nInstall it: spillway service install");
  return ok(code);
}

function serverText(server: ServerStatus | undefined, isRunning: boolean): string {
  if (server === undefined) return "does not answer";
  const whose = isRunning ? "" : ", started otherwise";
  return `${server.url}, process ${server.pid}${whose}`;
}
