import { join } from "node:path";
import { isObject } from "../../base/json.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import { type CliDeps, type CliFailure, cliFailure } from "../deps.ts";
import { findDataDir, type PlaceFlags } from "../location.ts";
import { screenOf } from "../text.ts";
import { claudeDirs } from "./claude-dirs.ts";
import { type Edit, putInto, takeFrom } from "./edited-file.ts";
import { changeMember, memberValue } from "./json-hooks.ts";
import { settingsPart } from "./settings-part.ts";
import { showPut, showTaken } from "./show.ts";

export interface StatusLineFlags extends PlaceFlags {
  readonly action: "write" | "print" | "undo";
  /** Replaces a status line of somebody else's. */
  readonly force: boolean;
}

const MEMBER = "statusLine";
const SCRIPT = join(import.meta.dirname, "..", "statusline", "start.mjs");
/** The end of the script's path, by which a status line is known as ours, wherever Spillway lay then. */
const MARK = "cli/statusline/start.mjs";

/** `spillway setup statusline`: has Claude Code show limits, cost and overflow below its prompt. */
export async function setUpStatusLine(
  deps: CliDeps,
  flags: StatusLineFlags,
): Promise<Result<undefined, CliFailure>> {
  const screen = screenOf(deps);
  const dataDir = await findDataDir(deps, flags);
  if (!dataDir.ok) return dataDir;
  const value = { type: "command", command: commandFor(deps.platform, dataDir.value) };
  if (flags.action === "print") {
    screen.json({ [MEMBER]: value });
    return ok(undefined);
  }
  const edit = settingsPart(statusLineEdit(value, flags.force));
  const undo = flags.action === "undo";
  for (const { settings } of claudeDirs(deps)) {
    const change = undo ? await takeFrom(settings, edit) : await putInto(settings, edit, 0o600);
    if (!change.ok) return fail(cliFailure(1, `${change.error}.`));
    if (undo) showTaken(screen, deps, change.value);
    else showPut(screen, deps, change.value, "Claude Code's status line comes from Spillway");
  }
  if (!undo) {
    screen.line();
    screen.line("It shows with the next message, in sessions that run too.");
    screen.line("Take it back: spillway setup statusline --undo");
  }
  return ok(undefined);
}

/** Starts Node directly: what else `spillway` loads would take longer than the line itself. */
function commandFor(platform: NodeJS.Platform, dataDir: string): string {
  const words = [process.execPath, SCRIPT, "--data-dir", dataDir];
  return platform === "win32"
    ? words.map((word) => `"${word.replaceAll("\\", "/")}"`).join(" ")
    : words.map((word) => (/^[\w/.-]+$/.test(word) ? word : quoted(word))).join(" ");
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function statusLineEdit(value: object, force: boolean): Edit {
  return {
    put: (file) => {
      const own = memberValue(file, MEMBER);
      if (own !== undefined && !isOurs(own) && !force) {
        return fail(
          "there is another status line already. Replace it with --force; --undo brings it back",
        );
      }
      return ok(changeMember(file, MEMBER, value));
    },
    take: (file, earlier) => {
      const own = memberValue(file, MEMBER);
      if (!isOurs(own)) return ok(file);
      const before = earlier.filter((copy) => !isOurs(memberValue(copy, MEMBER)));
      const original = before.find((copy) => changeMember(copy, MEMBER, own).equals(file));
      const replaced = before
        .map((copy) => memberValue(copy, MEMBER))
        .find((theirs) => theirs !== undefined);
      return ok(original ?? changeMember(file, MEMBER, replaced));
    },
  };
}

function isOurs(value: unknown): boolean {
  const command: unknown = isObject(value) ? value["command"] : undefined;
  return typeof command === "string" && command.replaceAll("\\", "/").includes(MARK);
}
