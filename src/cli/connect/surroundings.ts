import { isObject } from "../../base/json.ts";
import { pathsOf } from "../../config/places.ts";
import type { CliDeps } from "../deps.ts";
import { tildePath } from "../text.ts";
import { readSettingsFile, type SettingsFile } from "./apply.ts";
import type { SettingsSource, Surroundings } from "./conflicts.ts";
import { targetOf } from "./files.ts";

export type Machine = Pick<CliDeps, "env" | "homeDir" | "platform" | "cwd">;

/** The folder of the user's own Claude Code settings. */
export function claudeDir({ env, homeDir, platform }: Machine): string {
  const own = env["CLAUDE_CONFIG_DIR"] ?? "";
  return own === "" ? pathsOf(platform).join(homeDir, ".claude") : own;
}

/** Reads every settings file that counts for a session here, the strongest first. Broken ones are left out. */
export async function readSurroundings(
  machine: Machine,
  target: { readonly path: string; readonly file: SettingsFile },
): Promise<Surroundings> {
  const paths = pathsOf(machine.platform);
  const places = [
    { kind: "managed", path: managedSettingsPath(machine) },
    { kind: "local", path: paths.join(machine.cwd, ".claude", "settings.local.json") },
    { kind: "project", path: paths.join(machine.cwd, ".claude", "settings.json") },
    { kind: "user", path: paths.join(claudeDir(machine), "settings.json") },
  ] as const;
  const files: SettingsSource[] = [];
  const seen = new Set<string>();
  for (const { kind, path } of places) {
    const real = await targetOf(path);
    // Started in the home directory, the project's settings are the user's.
    if (seen.has(real)) continue;
    seen.add(real);
    const isTarget = real === target.path;
    const read = isTarget ? undefined : await readSettingsFile(path);
    if (read === undefined) {
      files.push({
        kind: "target",
        name: tildePath(path, machine.homeDir),
        ...settingsOf(target.file),
      });
    } else if (read.ok && read.value.bytes !== undefined) {
      files.push({ kind, name: tildePath(path, machine.homeDir), ...settingsOf(read.value) });
    }
  }
  if (!files.some(({ kind }) => kind === "target")) {
    files.push({
      kind: "target",
      name: tildePath(target.path, machine.homeDir),
      ...settingsOf(target.file),
    });
  }
  return { files, shell: machine.env };
}

function settingsOf(file: SettingsFile): Pick<SettingsSource, "value" | "env"> {
  return { value: file.value, env: isObject(file.env) ? file.env : {} };
}

/** @source https://code.claude.com/docs/en/managed-settings (read 2026-11) */
function managedSettingsPath({ platform, env }: Machine): string {
  if (platform === "darwin") return "/Library/Application Support/ClaudeCode/managed-settings.json";
  if (platform !== "win32") return "/etc/claude-code/managed-settings.json";
  return pathsOf(platform).join(
    env["ProgramFiles"] ?? "C:\\Program Files",
    "ClaudeCode",
    "managed-settings.json",
  );
}
