import { ok, type Result } from "../../base/result.ts";
import type { OwnerFlags } from "../command-parts.ts";
import type { CliDeps, CliFailure } from "../deps.ts";
import { askControl } from "../open-control.ts";
import { counted, screenOf } from "../text.ts";
import { isRotated } from "./shapes.ts";

/** `spillway byok rotate-master-key`: seals all stored keys by a new master key. */
export async function rotateMasterKey(
  deps: CliDeps,
  flags: OwnerFlags,
): Promise<Result<undefined, CliFailure>> {
  const request = { method: "POST", path: "/control/master-key/rotate" } as const;
  const rotated = await askControl(deps, flags, request, isRotated);
  if (!rotated.ok) return rotated;
  const screen = screenOf(deps);
  if (flags.json === true) screen.json(rotated.value);
  else {
    const what = counted(rotated.value.resealed, "stored key");
    screen.line(`There is a new master key, and ${what} sealed by it.`);
  }
  return ok(undefined);
}
