import { ok, type Result } from "../../base/result.ts";
import type { CliDeps, CliFailure } from "../deps.ts";
import { findDataDir, loadConfig, type PlaceFlags } from "../location.ts";
import { findExchange } from "../lookup.ts";
import { openSource } from "../open-source.ts";
import type { PriceOf } from "../story/bill-lines.ts";
import { tellStory } from "../story/story.ts";
import { screenOf } from "../text.ts";

export interface WhyFlags extends PlaceFlags {
  readonly id: string;
  readonly json: boolean;
}

/** `spillway why`: everything that is known of one exchange, in the order in which it happened. */
export async function explainExchange(
  deps: CliDeps,
  flags: WhyFlags,
): Promise<Result<undefined, CliFailure>> {
  const dataDir = await findDataDir(deps, flags);
  if (!dataDir.ok) return dataDir;
  const opened = await openSource(deps, dataDir.value, flags);
  if (!opened.ok) return opened;
  await using source = opened.value;
  const found = await findExchange(source, flags.id);
  if (!found.ok) return found;
  const screen = screenOf(deps);
  if (flags.json) screen.json(found.value);
  else tellStory(screen, found.value, await loadPrices(deps, flags));
  return ok(undefined);
}

/** The price list of today; a record of another list shows its counts and sums without the prices. */
async function loadPrices(deps: CliDeps, flags: PlaceFlags): Promise<PriceOf> {
  const [{ makeCatalogue }, loaded] = await Promise.all([
    import("../../metering/index.ts"),
    loadConfig(deps, flags),
  ]);
  const catalogue = makeCatalogue(loaded.ok ? loaded.value.config.prices : undefined);
  return catalogue.ok ? (priceId) => catalogue.value.byId(priceId) : () => undefined;
}
