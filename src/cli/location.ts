import { access } from "node:fs/promises";
import { fail, ok, type Result } from "../base/result.ts";
import type { LoadedConfig } from "../config/load.ts";
import { CONFIG_FILE_NAME, defaultDataDir, pathsOf, resolvePath } from "../config/places.ts";
import { formatProblem } from "../config/problem.ts";
import { type CliDeps, type CliFailure, cliFailure } from "./deps.ts";

/** Flags of every command that looks at a data directory. */
export interface PlaceFlags {
  readonly dataDir?: string | undefined;
  readonly config?: string | undefined;
}

/** Finds the data directory, reading the configuration only where a file could name another one: that takes longest. */
export async function findDataDir(
  deps: CliDeps,
  flags: PlaceFlags,
): Promise<Result<string, CliFailure>> {
  const named = flags.dataDir ?? (deps.env["SPILLWAY_DATA_DIR"] || undefined);
  if (named !== undefined) return ok(absolute(deps, named));
  if (!(await hasConfigFile(deps, flags))) return ok(usualDataDir(deps));
  const loaded = await loadConfig(deps, flags);
  return loaded.ok ? ok(loaded.value.config.data.dir) : loaded;
}

/** Whether a configuration file would be read; without one the defaults hold for everything that reports need. */
export async function hasConfigFile(deps: CliDeps, flags: PlaceFlags): Promise<boolean> {
  if (flags.config !== undefined || (deps.env["SPILLWAY_CONFIG"] ?? "") !== "") return true;
  const dataDir = flags.dataDir ?? (deps.env["SPILLWAY_DATA_DIR"] || usualDataDir(deps));
  return isThere(pathsOf(deps.platform).join(absolute(deps, dataDir), CONFIG_FILE_NAME));
}

function usualDataDir({ platform, env, homeDir }: CliDeps): string {
  return defaultDataDir(platform, env, homeDir);
}

function absolute({ platform, homeDir, cwd }: CliDeps, path: string): string {
  return resolvePath(path, { platform, homeDir, base: cwd });
}

/** The configuration as the server would have it, problems worded for a terminal. */
export async function loadConfig(
  deps: CliDeps,
  flags: PlaceFlags,
): Promise<Result<LoadedConfig, CliFailure>> {
  const loaded = await deps.loadConfig(flags);
  if (loaded.ok) return loaded;
  const lines = loaded.error.map((problem) => `  ${formatProblem(problem)}`);
  return fail(cliFailure(1, ["The configuration has errors:", ...lines].join("\n")));
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
