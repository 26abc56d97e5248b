import { plainText } from "../../observe/terminal-line.ts";
import type { CliDeps } from "../deps.ts";
import { type Screen, tildePath, wrap } from "../text.ts";
import type { PlannedVariable, Undone, Written } from "./apply.ts";
import type { Warning } from "./conflicts.ts";
import { shellLine } from "./shell-line.ts";

export interface Report {
  readonly baseUrl: string;
  readonly path: string;
  readonly scope: "user" | "project";
  /** The file as it was named on the command line, if it was. */
  readonly settings: string | undefined;
  readonly plan: readonly PlannedVariable[];
  readonly warnings: readonly Warning[];
}

type Machine = Pick<CliDeps, "platform" | "homeDir">;

export function showPrinted(screen: Screen, machine: Machine, report: Report, json: boolean): void {
  const needed = report.plan.filter(({ name }) => name === "ANTHROPIC_BASE_URL");
  const settings = { env: Object.fromEntries(report.plan.map(({ name, value }) => [name, value])) };
  const line = shellLine(machine.platform, needed);
  if (json) {
    const full = shellLine(machine.platform, report.plan);
    screen.json({ ...reportJson(report), shell: line, shell_all: full, settings });
    return;
  }
  screen.line(screen.paint("bold", "One session, from a shell"));
  screen.line();
  screen.line(`  ${line}`);
  screen.line();
  screen.line(screen.paint("bold", `Every session, in ${tildePath(report.path, machine.homeDir)}`));
  screen.line(wrap("Merge this in, or let spillway connect claude-code --write do it."));
  screen.line();
  screen.line(indented(JSON.stringify(settings, null, 2)));
  screen.line();
  screen.line(screen.paint("bold", "Why"));
  screen.line();
  for (const { name, reason } of report.plan) {
    screen.line(`  ${name}`);
    screen.line(screen.paint("dim", wrap(reason, "      ")));
  }
  showWarnings(screen, report.warnings);
}

const ACTIONS = { set: "added", replace: "replaced", unchanged: "there already", kept: "kept" };

export function showWritten(
  screen: Screen,
  machine: Machine,
  report: Report & Written,
  json: boolean,
): void {
  const { changed, backup, ignore } = report;
  const path = tildePath(report.path, machine.homeDir);
  if (json) {
    const ignored = ignore === undefined ? null : ignore.kind;
    screen.json({ ...reportJson(report), changed, backup: backup ?? null, git: ignored });
    return;
  }
  screen.line(
    changed
      ? `Claude Code is connected to ${report.baseUrl} in ${path}.`
      : `Claude Code was connected to ${report.baseUrl} already; ${path} is unchanged.`,
  );
  screen.line();
  for (const variable of report.plan) {
    const label = screen.paint("dim", ACTIONS[variable.action].padEnd(14));
    screen.line(`  ${label}${variable.name}=${shownValue(variable)}`);
  }
  if (backup !== undefined) {
    screen.line();
    screen.line(`Backup: ${tildePath(backup, machine.homeDir)}`);
  }
  if (ignore?.kind === "added") {
    screen.line(
      `git now ignores it here: ${ignore.line} in ${tildePath(ignore.file, machine.homeDir)}`,
    );
  }
  showWarnings(screen, report.warnings);
  screen.line();
  const scope = report.scope === "project" ? " --scope project" : "";
  const undo = report.settings === undefined ? scope : ` --settings ${report.settings}`;
  screen.line("Sessions that run already keep their settings; start a new one.");
  screen.line(`Take it back: spillway connect claude-code --undo${undo}`);
}

export function showUndone(
  screen: Screen,
  machine: Machine,
  result: { readonly path: string; readonly undone: Undone | undefined },
  json: boolean,
): void {
  const { undone } = result;
  const path = tildePath(result.path, machine.homeDir);
  if (json) {
    screen.json({
      settings_path: result.path,
      changed: undone?.changed ?? false,
      removed_file: undone?.removedFile ?? false,
      kept: undone?.kept ?? [],
    });
    return;
  }
  if (undone === undefined) {
    screen.line(`Nothing to take back: nothing was written to ${path} from here.`);
    return;
  }
  screen.line(
    undone.removedFile
      ? `${path} did not exist before and is removed.`
      : `${path} says what it said before.`,
  );
  for (const name of undone.kept) {
    screen.line(`${name} was changed since; it stays as it is.`);
  }
}

function reportJson(report: Report): object {
  return {
    base_url: report.baseUrl,
    settings_path: report.path,
    scope: report.scope,
    variables: report.plan.map(({ name, value, reason, action }) => ({
      name,
      value,
      reason,
      action,
    })),
    warnings: report.warnings,
  };
}

function shownValue({ action, own, value }: PlannedVariable): string {
  if (action === "kept") return `${short(own)} (yours; Spillway suggests ${value})`;
  // A variable may hold several lines.
  const shown = value.replaceAll("\n", "\\n");
  return action === "replace" ? `${shown} (was ${short(own)})` : shown;
}

function short(value: unknown): string {
  const text = plainText(typeof value === "string" ? value : JSON.stringify(value));
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

function showWarnings(screen: Screen, warnings: readonly Warning[]): void {
  if (warnings.length === 0) return;
  screen.line();
  screen.line(screen.paint("yellow", "Mind"));
  for (const { message, remedy } of warnings) {
    screen.line();
    screen.line(wrap(message, "  "));
    screen.line(screen.paint("dim", wrap(remedy, "  ")));
  }
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}
