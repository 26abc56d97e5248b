import { fail, ok, type Result } from "../../base/result.ts";
import { plainText } from "../../observe/terminal-line.ts";
import type { PlaceOptions } from "../command-parts.ts";
import { findBaseUrl } from "../connect/base-url.ts";
import { type CliDeps, type CliFailure, cliFailure } from "../deps.ts";
import { loadConfig } from "../location.ts";
import { askControl } from "../open-control.ts";
import { counted, type Screen, screenOf, tildePath } from "../text.ts";
import { clientBaseUrl } from "./client-base-url.ts";
import { type Seeded, seedPicker } from "./picker-cache.ts";
import { pickerFolders } from "./picker-folders.ts";
import { isModelsView } from "./shapes.ts";

export interface SeedFlags extends PlaceOptions {
  readonly quiet?: boolean;
}

/** `spillway seed-models`: has Claude Code's `/model` show other providers' models where it does not ask for them itself. */
export async function seedModels(
  deps: CliDeps,
  flags: SeedFlags,
): Promise<Result<undefined, CliFailure>> {
  const loaded = await loadConfig(deps, flags);
  if (!loaded.ok) return loaded;
  const { config } = loaded.value;
  const request = { method: "GET", path: "/control/models" } as const;
  const found = await askControl(deps, flags, request, isModelsView);
  if (!found.ok) return found;
  const screen = screenOf(deps);
  const missing = found.value.unavailable.map(plainText).join(", ");
  for (const claudeDir of pickerFolders(deps, config)) {
    const own = await clientBaseUrl(deps.env, claudeDir);
    const baseUrl = own === undefined ? await findBaseUrl(deps, flags) : ok(own);
    if (!baseUrl.ok) return baseUrl;
    const seed = { claudeDir, baseUrl: baseUrl.value, stock: config.models, found: found.value };
    const seeded = await seedPicker({ ...seed, nowMs: deps.clock.now() });
    if (!seeded.ok) return fail(cliFailure(1, `${seeded.error}.`));
    if (flags.quiet !== true) {
      tell(screen, { ...seeded.value, missing, baseUrl: baseUrl.value, homeDir: deps.homeDir });
    }
  }
  if (flags.quiet !== true) {
    screen.line("Restart Claude Code; open /model again if it still shows the old ones.");
  }
  return ok(undefined);
}

interface Told extends Seeded {
  readonly missing: string;
  readonly baseUrl: string;
  readonly homeDir: string;
}

function tell(screen: Screen, { path, count, missing, baseUrl, homeDir }: Told): void {
  const shown = tildePath(path, homeDir);
  if (count === undefined) {
    screen.line(`Not answering: ${missing}. The models in ${shown} were left as they are.`);
    return;
  }
  if (missing !== "") screen.line(`Not answering, so left out: ${missing}.`);
  screen.line(`Wrote ${counted(count, "model")} to ${shown}`);
  screen.line(`for ANTHROPIC_BASE_URL=${plainText(baseUrl)}; with any other, to the letter,`);
  screen.line("Claude Code does not use them.");
}
