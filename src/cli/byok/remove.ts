import { ok, type Result } from "../../base/result.ts";
import { plainText } from "../../observe/terminal-line.ts";
import type { OwnerFlags } from "../command-parts.ts";
import type { CliDeps, CliFailure } from "../deps.ts";
import { askControl } from "../open-control.ts";
import { screenOf } from "../text.ts";
import { storedKeyPath } from "./path.ts";
import { isRemoved } from "./shapes.ts";

/** `spillway byok remove`: forgets a provider's key, with the next request. */
export async function removeStored(
  deps: CliDeps,
  provider: string,
  flags: OwnerFlags,
): Promise<Result<undefined, CliFailure>> {
  const request = { method: "DELETE", path: storedKeyPath(provider, flags) } as const;
  const removed = await askControl(deps, flags, request, isRemoved);
  if (!removed.ok) return removed;
  const screen = screenOf(deps);
  if (flags.json === true) screen.json(removed.value);
  else screen.line(`The ${plainText(removed.value.provider)} key is removed.`);
  return ok(undefined);
}
