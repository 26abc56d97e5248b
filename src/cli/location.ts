import { access } from "node:fs/promises";
import { fail, ok, type Result } from "../base/result.ts";
import type { LoadedConfig } from "../config/load.ts";
import { defaultDataDir, pathsOf, resolvePath } from "../config/places.ts";
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
  const { env, platform, homeDir, cwd } = deps;
  const at = (text: string) => resolvePath(text, { platform, homeDir, base: cwd });
  const named = flags.dataDir ?? (env["SPILLWAY_DATA_DIR"] || undefined);
  if (named !== undefined) return ok(at(named));
  const usual = defaultDataDir(platform, env, homeDir);
  const isNamed = flags.config !== undefined || (env["SPILLWAY_CONFIG"] ?? "") !== "";
  const candidates = [at("spillway.yaml"), pathsOf(platform).join(usual, "spillway.yaml")];
  const exist = await Promise.all(candidates.map(isThere));
  if (!isNamed && !exist.includes(true)) return ok(usual);
  const loaded = await loadConfig(deps, flags);
  return loaded.ok ? ok(loaded.value.config.data.dir) : loaded;
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
