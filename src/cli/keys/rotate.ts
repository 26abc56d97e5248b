import { parseDurationMs } from "../../base/duration.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import { plainText } from "../../observe/terminal-line.ts";
import type { OwnerFlags } from "../command-parts.ts";
import { dateTime } from "../commands/dates.ts";
import { type CliDeps, type CliFailure, cliFailure, EXIT } from "../deps.ts";
import { askControl } from "../open-control.ts";
import { screenOf } from "../text.ts";
import { showSecret } from "./hand-over.ts";
import { keyPath } from "./path.ts";
import { isMintedView } from "./shapes.ts";

export interface RotateFlags extends OwnerFlags {
  readonly overlap: string;
}

/** `spillway keys rotate`: a new secret for a key, while the one before goes on working for a time. */
export async function rotateKey(
  deps: CliDeps,
  idOrName: string,
  flags: RotateFlags,
): Promise<Result<undefined, CliFailure>> {
  const { overlap } = flags;
  const span = parseDurationMs(overlap);
  if (!span.ok) return fail(cliFailure(EXIT.usage, `--overlap: ${span.error}.`));
  const path = keyPath(idOrName, flags, "/rotate");
  const request = { method: "POST", path, body: { overlap } } as const;
  const made = await askControl(deps, flags, request, isMintedView);
  if (!made.ok) return made;
  const screen = screenOf(deps);
  if (flags.json === true) {
    screen.json(made.value);
    return ok(undefined);
  }
  const { name, key } = made.value;
  showSecret(screen, `The key "${plainText(name)}" has a new secret.`, key);
  const nowMs = deps.clock.now();
  screen.line(
    span.value > 0
      ? `The one before works until ${dateTime(nowMs + span.value, nowMs)}.`
      : "The one before has ended.",
  );
  return ok(undefined);
}
