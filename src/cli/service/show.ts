import { plainText } from "../../observe/terminal-line.ts";
import type { CliDeps } from "../deps.ts";
import { type Screen, tildePath, wrap } from "../text.ts";
import type { Installed } from "./install.ts";
import type { InstallPlan } from "./plan.ts";
import { commandLine } from "./steps.ts";

type Reader = Pick<CliDeps, "platform" | "homeDir">;

/** The files and the commands, and nothing done; secrets by their names alone. */
export function showPlan(screen: Screen, machine: Reader, plan: InstallPlan, json: boolean): void {
  const { secrets, files, manager } = plan;
  const shown = [
    ...(secrets === undefined ? [] : [{ path: secrets.path, text: blotted(secrets.names) }]),
    ...files,
  ];
  const commands = manager.start(true).map(({ argv }) => commandLine(argv));
  if (json) {
    screen.json({ manager: manager.name, files: shown, commands });
    return;
  }
  for (const { path, text } of shown) {
    screen.line(screen.paint("bold", `# ${tildePath(path, machine.homeDir)}`));
    screen.line();
    screen.line(text.replace(/^\uFEFF/, "").trimEnd());
    screen.line();
  }
  screen.line(screen.paint("bold", "# Commands"));
  screen.line();
  for (const command of commands) screen.line(command);
}

function blotted(names: readonly string[]): string {
  return names.map((name) => `${name}=[secret]\n`).join("");
}

export function showInstalled(
  screen: Screen,
  machine: Reader,
  installed: Installed,
  json: boolean,
): void {
  const { plan, changes, ran, state, server } = installed;
  const next = nextSteps(machine, installed);
  const isChanged = ran.length > 0 || changes.some(({ action }) => action !== "unchanged");
  if (json) {
    screen.json({
      manager: plan.manager.name,
      changed: isChanged,
      running: server !== undefined,
      url: server?.url ?? null,
      unreachable: state.unreachable ?? null,
      files: changes,
      commands: ran,
      logs: [plan.settings.log, plan.settings.errorLog],
      warnings: plan.warnings,
      next,
    });
    return;
  }
  screen.line(screen.paint("bold", wrap(headline(installed, isChanged))));
  screen.line();
  for (const { path, action } of changes) {
    screen.line(`  ${action.padEnd(10)}${tildePath(path, machine.homeDir)}`);
  }
  for (const command of ran) screen.line(`  ${"ran".padEnd(10)}${command}`);
  for (const warning of plan.warnings) screen.line(`\n${wrap(`Mind: ${warning}`)}`);
  screen.line();
  screen.line(screen.paint("bold", "What to do next"));
  for (const step of next) {
    const [first = "", ...lines] = step.split("\n");
    screen.line();
    screen.line(wrap(first, "  "));
    // Commands are not broken.
    for (const line of lines) screen.line(`  ${line}`);
  }
}

function headline({ state, server, other, plan }: Installed, isChanged: boolean): string {
  if (state.unreachable !== undefined) {
    const why = plainText(state.unreachable);
    return `Spillway's service is written, but not started: ${plan.manager.name} cannot be asked here (${why}).`;
  }
  if (other !== undefined) {
    return `Spillway's service is installed and waits: process ${other.pid}, started otherwise, serves ${other.url}.`;
  }
  if (server === undefined) {
    return "Spillway's service is installed and was started, but does not answer.";
  }
  return isChanged
    ? `Spillway's service is installed and runs at ${server.url}.`
    : `Spillway's service was installed already and runs at ${server.url}. Nothing was changed.`;
}

function nextSteps(machine: Reader, installed: Installed): readonly string[] {
  const { plan, state, server, other } = installed;
  const { manager, settings } = plan;
  const home = (path: string): string => tildePath(path, machine.homeDir);
  const isUp = state.unreachable === undefined;
  const needed = manager.start(false).filter(({ mayFail }) => mayFail !== true);
  const later = needed.map(({ argv }) => `  ${commandLine(argv)}`);
  return [
    ...(isUp ? [] : [["Start it where that works:", ...later].join("\n")]),
    ...(other === undefined
      ? []
      : [`End process ${other.pid}; the service takes over within seconds.`]),
    ...(isUp && server === undefined && other === undefined
      ? [`See why in ${home(settings.errorLog)} and ${home(settings.log)}`]
      : []),
    "See that it runs: spillway service status, and spillway status",
    connectStep(machine, server?.url.replace(/\/+$/, "") ?? settings.baseUrl),
    "Close all Claude Code windows and open a fresh one: running sessions keep their old environment.",
    ...manager.hints,
    "After you moved or updated Spillway or Node: spillway service install, again.",
  ];
}

/** The shells' own files are the user's: we say what belongs there. */
function connectStep({ platform }: Reader, baseUrl: string): string {
  const settings = "Point Claude Code here: spillway connect claude-code --write";
  if (platform === "win32") {
    return `${settings}\nANTHROPIC_BASE_URL=${baseUrl} is set for your user too, unless you had another.`;
  }
  const files = platform === "darwin" ? "~/.zshrc or ~/.bash_profile" : "~/.bashrc or ~/.zshrc";
  return `${settings}\nor, for every program of your shell, this line in ${files}:\n  export ANTHROPIC_BASE_URL=${baseUrl}`;
}
