import { pathsOf, resolvePath } from "../../config/places.ts";
import { claudeDir } from "../connect/surroundings.ts";
import type { CliDeps } from "../deps.ts";

type Machine = Pick<CliDeps, "env" | "homeDir" | "platform" | "cwd">;

/** One of the folders that Claude Code is used with. */
export interface ClaudeDir {
  readonly settings: string;
  readonly memory: string;
  /** Undefined: that of the configuration. */
  readonly statusFile: string | undefined;
}

/** The user's own, or each of `CLAUDE_CONFIG_DIRS` (a list with commas), which have a status file of their own. */
export function claudeDirs(machine: Machine): readonly ClaudeDir[] {
  const { env, platform, homeDir, cwd } = machine;
  const paths = pathsOf(platform);
  const named = (env["CLAUDE_CONFIG_DIRS"] ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "")
    .map((name) => resolvePath(name, { platform, homeDir, base: cwd }));
  const dirs = named.length === 0 ? [claudeDir(machine)] : [...new Set(named)];
  return dirs.map((dir) => ({
    settings: paths.join(dir, "settings.json"),
    memory: paths.join(dir, "CLAUDE.md"),
    statusFile: named.length === 0 ? undefined : paths.join(dir, "usage-status.md"),
  }));
}
