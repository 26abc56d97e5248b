import { fail, ok, type Result } from "../../base/result.ts";
import { pathsOf, resolvePath } from "../../config/places.ts";
import { type CliDeps, type CliFailure, cliFailure } from "../deps.ts";
import { findDataDir, type PlaceFlags } from "../location.ts";
import { screenOf, tildePath } from "../text.ts";
import {
  type Place,
  planVariables,
  readSettingsFile,
  undoConnection,
  writeConnection,
} from "./apply.ts";
import { findBaseUrl } from "./base-url.ts";
import { findConflicts, type Warning } from "./conflicts.ts";
import { targetOf } from "./files.ts";
import { type IgnoreState, ignoreStateOf } from "./git-exclude.ts";
import { type Report, showPrinted, showUndone, showWritten } from "./show.ts";
import { claudeDir, readSurroundings } from "./surroundings.ts";
import { variablesFor } from "./variables.ts";

export interface ConnectFlags extends PlaceFlags {
  readonly action: "print" | "write" | "undo";
  readonly settings?: string | undefined;
  readonly scope: "user" | "project";
  readonly url?: string | undefined;
  readonly oneMillion: boolean;
  readonly traceparent: boolean;
  readonly pinModels: boolean;
  readonly overflow: boolean;
  readonly json: boolean;
}

/** `spillway connect claude-code`: shows, writes or takes back what points Claude Code here. */
export async function connectClaudeCode(
  deps: CliDeps,
  flags: ConnectFlags,
): Promise<Result<undefined, CliFailure>> {
  const dataDir = await findDataDir(deps, flags);
  if (!dataDir.ok) return dataDir;
  const path = await targetOf(settingsPath(deps, flags));
  const place: Place = {
    path,
    dataDir: dataDir.value,
    keepOutOfGit: flags.scope === "project" && flags.settings === undefined,
  };
  return flags.action === "undo"
    ? await undo(deps, flags, place)
    : await connect(deps, flags, place);
}

function settingsPath(deps: CliDeps, flags: ConnectFlags): string {
  const paths = pathsOf(deps.platform);
  if (flags.settings !== undefined) {
    return resolvePath(flags.settings, { ...deps, base: deps.cwd });
  }
  // Not settings.json: that one is committed for everybody who works on the project.
  return flags.scope === "project"
    ? paths.join(deps.cwd, ".claude", "settings.local.json")
    : paths.join(claudeDir(deps), "settings.json");
}

async function connect(
  deps: CliDeps,
  flags: ConnectFlags,
  place: Place,
): Promise<Result<undefined, CliFailure>> {
  const baseUrl = await findBaseUrl(deps, flags);
  if (!baseUrl.ok) return baseUrl;
  const file = await readSettingsFile(place.path);
  if (!file.ok) return fail(cliFailure(1, file.error));
  const surroundings = await readSurroundings(deps, { path: place.path, file: file.value });
  const variables = variablesFor({
    baseUrl: baseUrl.value,
    oneMillion: flags.oneMillion,
    traceparent: flags.traceparent,
    pinModels: flags.pinModels,
    overflow: flags.overflow,
    current: { ...deps.env, ...file.value.env },
  });
  const plan = planVariables(variables, file.value.env);
  const warnings = findConflicts(surroundings, {
    baseUrl: baseUrl.value,
    isWritten: flags.action === "write",
  });
  const report = (more: readonly Warning[]): Report => ({
    baseUrl: baseUrl.value,
    path: place.path,
    scope: flags.scope,
    settings: flags.settings,
    plan,
    warnings: [...warnings, ...more],
  });
  const screen = screenOf(deps);
  if (flags.action === "print") {
    showPrinted(screen, deps, report([]), flags.json);
    return ok(undefined);
  }
  const written = await writeConnection(place, file.value, plan);
  if (!written.ok) return fail(cliFailure(1, written.error));
  const ignore = written.value.ignore ?? (await ignoreStateOf(place.path));
  showWritten(
    screen,
    deps,
    { ...report(gitWarnings(tildePath(place.path, deps.homeDir), ignore)), ...written.value },
    flags.json,
  );
  return ok(undefined);
}

function gitWarnings(path: string, ignore: IgnoreState): readonly Warning[] {
  if (ignore.kind === "tracked") {
    return [
      {
        code: "settings_tracked",
        message: `git tracks ${path}: a commit gives your connection to everybody.`,
        remedy: "Use --scope project, which writes settings.local.json, and --undo here.",
      },
    ];
  }
  if (ignore.kind === "exposed") {
    return [
      {
        code: "settings_not_ignored",
        message: `git does not ignore ${path}: a commit could give your connection to everybody.`,
        remedy: "Add it to .gitignore, or use --scope project.",
      },
    ];
  }
  return [];
}

async function undo(
  deps: CliDeps,
  flags: ConnectFlags,
  place: Place,
): Promise<Result<undefined, CliFailure>> {
  const undone = await undoConnection(place);
  if (!undone.ok) return fail(cliFailure(1, undone.error));
  showUndone(screenOf(deps), deps, { path: place.path, undone: undone.value }, flags.json);
  return ok(undefined);
}
