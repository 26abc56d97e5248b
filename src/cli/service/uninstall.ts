import { rm } from "node:fs/promises";
import { ok, type Result } from "../../base/result.ts";
import { type CliDeps, type CliFailure, EXIT } from "../deps.ts";
import { type Screen, screenOf, tildePath, wrap } from "../text.ts";
import { managerOf } from "./manager-of.ts";
import { askState, runSteps } from "./steps.ts";
import { type FileChange, readOurs, removeFiles } from "./write.ts";

/** `spillway service uninstall`: takes away what installing made, and no data. Gives the exit code. */
export async function uninstallService(
  deps: CliDeps,
  flags: { readonly json: boolean },
): Promise<Result<number, CliFailure>> {
  const manager = managerOf(deps);
  const definition = await readOurs(manager.definition);
  if (!definition.ok) return definition;
  const state = await askState(deps.host, manager);
  const isReachable = state.unreachable === undefined;
  const stopped =
    isReachable && definition.value !== undefined ? await runSteps(deps, manager.stop) : ok([]);
  if (!stopped.ok) return stopped;
  // A link whose unit is gone would be found by nothing that looks at files.
  for (const link of manager.links) await rm(link, { force: true });
  const removed = await removeFiles(
    [manager.definition, ...manager.alsoRemoved, manager.secretsFile],
    manager.ownDir,
  );
  if (!removed.ok) return removed;
  const forgot =
    isReachable && removed.value.length > 0 ? await runSteps(deps, manager.forget) : ok([]);
  if (!forgot.ok) return forgot;
  const ran = [...stopped.value, ...forgot.value];
  show(screenOf(deps), deps, { changes: removed.value, ran }, flags.json);
  return ok(EXIT.ok);
}

const LEFT =
  "Data and logs stay. If you pointed Claude Code here, take that back too: spillway connect claude-code --undo, and the ANTHROPIC_BASE_URL line in your shell's files.";

function show(
  screen: Screen,
  { homeDir }: CliDeps,
  done: { readonly changes: readonly FileChange[]; readonly ran: readonly string[] },
  json: boolean,
): void {
  const { changes, ran } = done;
  if (json) {
    screen.json({ changed: changes.length > 0, files: changes, commands: ran });
    return;
  }
  if (changes.length === 0) {
    screen.line("No service is installed; nothing to take away.");
    return;
  }
  screen.line(screen.paint("bold", "Spillway's service is uninstalled."));
  screen.line();
  for (const command of ran) screen.line(`  ran      ${command}`);
  for (const { path } of changes) screen.line(`  removed  ${tildePath(path, homeDir)}`);
  screen.line();
  screen.line(wrap(LEFT));
}
