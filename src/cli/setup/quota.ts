import { fail, ok, type Result } from "../../base/result.ts";
import { type CliDeps, type CliFailure, cliFailure } from "../deps.ts";
import { loadConfig, type PlaceFlags } from "../location.ts";
import { screenOf, tildePath } from "../text.ts";
import { type ClaudeDir, claudeDirs } from "./claude-dirs.ts";
import { type Edit, putInto, takeFrom } from "./edited-file.ts";
import { addHook, hookCommands, removeHooks } from "./json-hooks.ts";
import { isQuotaHook, quotaHook } from "./quota-hook.ts";
import { LEVELS, type Level, putRules, rulesText, takeRules } from "./quota-rules.ts";
import { settingsPart } from "./settings-part.ts";
import { showPut, showTaken } from "./show.ts";

export interface QuotaFlags extends PlaceFlags {
  readonly action: "write" | "print" | "undo";
  readonly level: Level | "all";
}

const EVENT = "UserPromptSubmit";

/** `spillway setup quota-rules`: has Claude mind the quota, by rules in its memory and the status file with every prompt. */
export async function setUpQuotaRules(
  deps: CliDeps,
  flags: QuotaFlags,
): Promise<Result<undefined, CliFailure>> {
  const loaded = await loadConfig(deps, flags);
  if (!loaded.ok) return loaded;
  const { statusFile } = loaded.value.config.quota;
  if (statusFile === undefined && flags.action !== "undo") {
    const message = "There is no status file to read: quota.statusFile is none. Set it to a path.";
    return fail(cliFailure(1, message));
  }
  for (const dir of claudeDirs(deps)) {
    const parts = partsFor(deps, flags, dir.statusFile ?? statusFile ?? "");
    if (flags.action === "print") print(deps, dir, parts);
    else {
      const done = await carryOut(deps, flags.action, dir, parts);
      if (!done.ok) return done;
    }
  }
  return ok(undefined);
}

interface Parts {
  readonly rules: string;
  readonly command: string;
}

function partsFor(deps: CliDeps, flags: QuotaFlags, statusFile: string): Parts {
  const levels = flags.level === "all" ? LEVELS : [flags.level];
  return {
    rules: rulesText(levels, tildePath(statusFile, deps.homeDir)),
    command: quotaHook(deps.platform, statusFile),
  };
}

function print(deps: CliDeps, dir: ClaudeDir, { rules, command }: Parts): void {
  const screen = screenOf(deps);
  screen.line(screen.paint("bold", `For ${tildePath(dir.memory, deps.homeDir)}`));
  screen.line();
  screen.line(rules);
  screen.line();
  screen.line(screen.paint("bold", `For ${tildePath(dir.settings, deps.homeDir)}`));
  screen.line();
  const empty = Buffer.from("{}\n");
  screen.line(addHook(empty, EVENT, command).toString("utf8").trimEnd());
}

async function carryOut(
  deps: CliDeps,
  action: "write" | "undo",
  dir: ClaudeDir,
  { rules, command }: Parts,
): Promise<Result<undefined, CliFailure>> {
  const screen = screenOf(deps);
  const files = [
    { path: dir.memory, edit: rulesEdit(rules), mode: 0o644, what: "Claude minds the quota" },
    {
      path: dir.settings,
      edit: settingsPart(hookEdit(command)),
      mode: 0o600,
      what: "The status file goes along with every prompt",
    },
  ];
  for (const { path, edit, mode, what } of files) {
    const change = action === "undo" ? await takeFrom(path, edit) : await putInto(path, edit, mode);
    if (!change.ok) return fail(cliFailure(1, `${change.error}.`));
    if (action === "undo") showTaken(screen, deps, change.value);
    else showPut(screen, deps, change.value, what);
  }
  if (action === "write") screen.line("Take it back: spillway setup quota-rules --undo");
  return ok(undefined);
}

function rulesEdit(rules: string): Edit {
  return {
    put: (file) => ok(Buffer.from(putRules(file.toString("utf8"), rules))),
    take: (file) => ok(Buffer.from(takeRules(file.toString("utf8")))),
  };
}

function hookEdit(command: string): Edit {
  return {
    put: (file) => {
      const ours = hookCommands(file, EVENT).filter(isQuotaHook);
      if (ours.length === 1 && ours[0] === command) return ok(file);
      return ok(addHook(removeHooks(file, EVENT, isQuotaHook), EVENT, command));
    },
    take: (file, earlier) => {
      const [ours] = hookCommands(file, EVENT).filter(isQuotaHook);
      if (ours === undefined) return ok(file);
      const original = earlier.find((copy) => addHook(copy, EVENT, ours).equals(file));
      return ok(original ?? removeHooks(file, EVENT, isQuotaHook));
    },
  };
}
