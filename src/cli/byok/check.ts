import { ok, type Result } from "../../base/result.ts";
import type { OwnerFlags } from "../command-parts.ts";
import { type CliDeps, type CliFailure, EXIT } from "../deps.ts";
import { askControl } from "../open-control.ts";
import { screenOf } from "../text.ts";
import { PROVIDER_WITHIN_MS, storedKeyPath } from "./path.ts";
import { isTestView } from "./shapes.ts";
import { verdictLine } from "./verdict.ts";

/** `spillway byok test`: asks the provider whether it takes the stored key. Fails unless it says so. */
export async function checkStored(
  deps: CliDeps,
  provider: string,
  flags: OwnerFlags,
): Promise<Result<number, CliFailure>> {
  const path = storedKeyPath(provider, flags, "/test");
  const request = { method: "POST", path, withinMs: PROVIDER_WITHIN_MS } as const;
  const tested = await askControl(deps, flags, request, isTestView);
  if (!tested.ok) return tested;
  const screen = screenOf(deps);
  if (flags.json === true) screen.json(tested.value);
  else screen.line(verdictLine(screen, tested.value));
  return ok(tested.value.verified === true ? EXIT.ok : EXIT.failure);
}
