import type { Observation } from "../upstream/dialects/anthropic/index.ts";
import { MAX_COUNT } from "./count-reader.ts";
import type { Usage, UsageEntry } from "./units.ts";
import { toUsage, type UsageModels } from "./usage.ts";

/** UTF-8 bytes of delivered text that are taken for one token (design R15). */
const BYTES_PER_TOKEN = 4;

/**
 * The usage of a stream that ended early: the provider's last figures, with at least as much output as was delivered.
 *
 * Undefined when nothing is known. Input stays undefined when the provider had not said it yet.
 */
export function estimateUsage(observation: Observation, models: UsageModels): Usage | undefined {
  const delivered = Math.min(
    Math.ceil(observation.deliveredTextBytes / BYTES_PER_TOKEN),
    MAX_COUNT,
  );
  const known = observation.usage === undefined ? undefined : toUsage(observation.usage, models);
  if (known === undefined) {
    if (delivered === 0) return undefined;
    const model = models.served ?? models.requested ?? "";
    return { entries: [{ model, kind: "message", units: { output: delivered } }], suspect: false };
  }
  const counted = known.entries.reduce((sum, { units }) => sum + (units.output ?? 0), 0);
  const missing = Math.max(0, delivered - counted);
  return { ...known, entries: known.entries.map((entry, at) => addOutput(entry, at, missing)) };
}

function addOutput(entry: UsageEntry, at: number, missing: number): UsageEntry {
  if (at !== 0 || missing === 0) return entry;
  return { ...entry, units: { ...entry.units, output: (entry.units.output ?? 0) + missing } };
}
