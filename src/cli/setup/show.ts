import type { CliDeps } from "../deps.ts";
import { type Screen, tildePath } from "../text.ts";
import type { Change } from "./edited-file.ts";

type Machine = Pick<CliDeps, "homeDir">;

/** Says that something stands in a file now; `what` is half a sentence. */
export function showPut(screen: Screen, { homeDir }: Machine, change: Change, what: string): void {
  const path = tildePath(change.path, homeDir);
  screen.line(change.changed ? `${what}: ${path}` : `${what} already: ${path}, which is unchanged`);
  if (change.backup !== undefined) {
    screen.line(screen.paint("dim", `  backup: ${tildePath(change.backup, homeDir)}`));
  }
}

export function showTaken(screen: Screen, { homeDir }: Machine, change: Change): void {
  const path = tildePath(change.path, homeDir);
  if (!change.changed) screen.line(`Nothing to take back in ${path}.`);
  else if (change.removed === true) screen.line(`${path} was made for this and is removed.`);
  else screen.line(`${path} says what it said before.`);
}
