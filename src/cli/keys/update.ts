import { fail, ok, type Result } from "../../base/result.ts";
import { plainText } from "../../observe/terminal-line.ts";
import type { OwnerFlags } from "../command-parts.ts";
import { type CliDeps, type CliFailure, cliFailure, EXIT } from "../deps.ts";
import { askControl } from "../open-control.ts";
import { inFlags, type KeySettingsFlags, toKeyBody } from "./flags.ts";
import { keyPath } from "./path.ts";
import { isKeyView } from "./shapes.ts";
import { printKey } from "./show.ts";

/** `spillway keys update`: changes what the flags name, and leaves the rest as it is. */
export async function updateKey(
  deps: CliDeps,
  idOrName: string,
  flags: OwnerFlags & KeySettingsFlags,
): Promise<Result<undefined, CliFailure>> {
  const body = toKeyBody(flags);
  if (!body.ok) return body;
  if (Object.keys(body.value).length === 0) {
    return fail(cliFailure(EXIT.usage, "Nothing to change: say what is to be different."));
  }
  const request = { method: "PATCH", path: keyPath(idOrName, flags), body: body.value } as const;
  const changed = await askControl(deps, flags, request, isKeyView);
  if (!changed.ok) return fail(inFlags(changed.error));
  printKey(deps, flags, changed.value, `The key "${plainText(changed.value.name)}" is changed.`);
  return ok(undefined);
}
