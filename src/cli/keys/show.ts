import { ok, type Result } from "../../base/result.ts";
import type { KeyView } from "../../identity/keys/index.ts";
import { plainText } from "../../observe/terminal-line.ts";
import type { OwnerFlags } from "../command-parts.ts";
import type { CliDeps, CliFailure } from "../deps.ts";
import { showFacts } from "../facts.ts";
import { askControl } from "../open-control.ts";
import { screenOf } from "../text.ts";
import { keyFacts } from "./key-facts.ts";
import { keyPath } from "./path.ts";
import { isKeyView } from "./shapes.ts";

/** `spillway keys show`: what a key is, what it allows and what is used of that. */
export async function showKey(
  deps: CliDeps,
  idOrName: string,
  flags: OwnerFlags,
): Promise<Result<undefined, CliFailure>> {
  const request = { method: "GET", path: keyPath(idOrName, flags) } as const;
  const found = await askControl(deps, flags, request, isKeyView);
  if (!found.ok) return found;
  printKey(deps, flags, found.value, `Key "${plainText(found.value.name)}"`);
  return ok(undefined);
}

/** A key as JSON, or its facts under a title. */
export function printKey(deps: CliDeps, flags: OwnerFlags, key: KeyView, title: string): void {
  const screen = screenOf(deps);
  if (flags.json === true) {
    screen.json(key);
    return;
  }
  screen.line(screen.paint("bold", title));
  screen.line();
  showFacts(screen, keyFacts(key, deps.clock.now()));
}
