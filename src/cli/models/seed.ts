import { fail, ok, type Result } from "../../base/result.ts";
import { plainText } from "../../observe/terminal-line.ts";
import type { PlaceOptions } from "../command-parts.ts";
import { findBaseUrl } from "../connect/base-url.ts";
import { claudeDir } from "../connect/surroundings.ts";
import { type CliDeps, type CliFailure, cliFailure } from "../deps.ts";
import { loadConfig } from "../location.ts";
import { askControl } from "../open-control.ts";
import { counted, screenOf, tildePath } from "../text.ts";
import { clientBaseUrl } from "./client-base-url.ts";
import { seedPicker } from "./picker-cache.ts";
import { isModelsView } from "./shapes.ts";

export interface SeedFlags extends PlaceOptions {
  readonly quiet?: boolean;
}

/** `spillway seed-models`: has Claude Code's `/model` show other providers' models where it does not ask for them itself. */
export async function seedModels(
  deps: CliDeps,
  flags: SeedFlags,
): Promise<Result<undefined, CliFailure>> {
  const folder = claudeDir(deps);
  const own = await clientBaseUrl(deps.env, folder);
  const baseUrl = own === undefined ? await findBaseUrl(deps, flags) : ok(own);
  if (!baseUrl.ok) return baseUrl;
  const loaded = await loadConfig(deps, flags);
  if (!loaded.ok) return loaded;
  const request = { method: "GET", path: "/control/models" } as const;
  const found = await askControl(deps, flags, request, isModelsView);
  if (!found.ok) return found;
  const seeded = await seedPicker({
    claudeDir: folder,
    baseUrl: baseUrl.value,
    stock: loaded.value.config.models,
    found: found.value,
    nowMs: deps.clock.now(),
  });
  if (!seeded.ok) return fail(cliFailure(1, `${seeded.error}.`));
  if (flags.quiet === true) return ok(undefined);
  const { path, count } = seeded.value;
  const screen = screenOf(deps);
  const shown = tildePath(path, deps.homeDir);
  const missing = found.value.unavailable.map(plainText).join(", ");
  if (count === undefined) {
    screen.line(`Not answering: ${missing}. The models in ${shown} were left as they are.`);
    return ok(undefined);
  }
  if (missing !== "") screen.line(`Not answering, so left out: ${missing}.`);
  screen.line(`Wrote ${counted(count, "model")} to ${shown}`);
  screen.line(`for ANTHROPIC_BASE_URL=${plainText(baseUrl.value)}; with any other, to the letter,`);
  screen.line("Claude Code does not use them.");
  screen.line("Restart Claude Code; open /model again if it still shows the old ones.");
  return ok(undefined);
}
