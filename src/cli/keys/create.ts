import { fail, ok, type Result } from "../../base/result.ts";
import { plainText } from "../../observe/terminal-line.ts";
import type { OwnerFlags } from "../command-parts.ts";
import type { CliDeps, CliFailure } from "../deps.ts";
import { showFacts } from "../facts.ts";
import { askControl } from "../open-control.ts";
import { screenOf } from "../text.ts";
import { inFlags, type KeySettingsFlags, toKeyBody } from "./flags.ts";
import { showNextStep, showSecret } from "./hand-over.ts";
import { keyFacts } from "./key-facts.ts";
import { keysPath } from "./path.ts";
import { isMintedView } from "./shapes.ts";

/** `spillway keys create`: makes a key and shows it, this once. */
export async function createKey(
  deps: CliDeps,
  flags: OwnerFlags & KeySettingsFlags,
): Promise<Result<undefined, CliFailure>> {
  const asked = toKeyBody(flags);
  if (!asked.ok) return asked;
  // A new key has nothing that could be taken away.
  const body = Object.fromEntries(
    Object.entries(asked.value).filter(([, value]) => value !== null),
  );
  const request = { method: "POST", path: keysPath(flags), body } as const;
  const made = await askControl(deps, flags, request, isMintedView);
  if (!made.ok) return fail(inFlags(made.error));
  const screen = screenOf(deps);
  if (flags.json === true) {
    screen.json(made.value);
    return ok(undefined);
  }
  showSecret(screen, `The key "${plainText(made.value.name)}" is made.`, made.value.key);
  showFacts(screen, keyFacts(made.value, deps.clock.now()));
  showNextStep(screen);
  return ok(undefined);
}
