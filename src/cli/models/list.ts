import { ok, type Result } from "../../base/result.ts";
import { plainText } from "../../observe/terminal-line.ts";
import type { OwnerFlags } from "../command-parts.ts";
import type { CliDeps, CliFailure } from "../deps.ts";
import { askControl } from "../open-control.ts";
import { queryOf } from "../query.ts";
import { screenOf, table } from "../text.ts";
import { isModelsView } from "./shapes.ts";

/** `spillway models`: what can be asked for by name. */
export async function showModels(
  deps: CliDeps,
  flags: OwnerFlags,
): Promise<Result<undefined, CliFailure>> {
  const { organisation } = flags;
  const request = { method: "GET", path: `/control/models${queryOf({ organisation })}` } as const;
  const listed = await askControl(deps, flags, request, isModelsView);
  if (!listed.ok) return listed;
  const { models, unavailable } = listed.value;
  const screen = screenOf(deps);
  if (flags.json === true) {
    screen.json({ models, unavailable });
    return ok(undefined);
  }
  const rows = models.map(({ id, provider, display_name: name }) =>
    [id, provider, name].map(plainText),
  );
  for (const [index, line] of table([HEADS, ...rows], new Set()).entries()) {
    screen.line(`  ${index === 0 ? screen.paint("dim", line) : line}`);
  }
  if (unavailable.length > 0) {
    screen.line(`\nNot answering: ${unavailable.map(plainText).join(", ")}.`);
  }
  return ok(undefined);
}

const HEADS = ["MODEL", "PROVIDER", "NAME"];
