import { ok, type Result } from "../../base/result.ts";
import { plainText } from "../../observe/terminal-line.ts";
import type { OwnerFlags } from "../command-parts.ts";
import type { CliDeps, CliFailure } from "../deps.ts";
import { askControl } from "../open-control.ts";
import { screenOf } from "../text.ts";
import { keyPath } from "./path.ts";
import { isKeyView } from "./shapes.ts";

/** `spillway keys revoke`: ends a key for good, with the next request. */
export async function revokeKey(
  deps: CliDeps,
  idOrName: string,
  flags: OwnerFlags,
): Promise<Result<undefined, CliFailure>> {
  const request = { method: "DELETE", path: keyPath(idOrName, flags) } as const;
  const revoked = await askControl(deps, flags, request, isKeyView);
  if (!revoked.ok) return revoked;
  const screen = screenOf(deps);
  if (flags.json === true) {
    screen.json(revoked.value);
    return ok(undefined);
  }
  const { name, mask } = revoked.value;
  screen.line(`The key "${plainText(name)}" (${plainText(mask)}) is revoked, for good.`);
  return ok(undefined);
}
