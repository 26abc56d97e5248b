import { join } from "node:path";
import { isObject, parseJson } from "../../base/json.ts";
import { stockEntries } from "../../base/picker-id.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import type { Config } from "../../config/schema.ts";
import { readIfThere, writeAtomically } from "../connect/files.ts";
import type { ModelsView, PickerRow } from "./shapes.ts";

/** What the picker is to show, and in whose Claude Code. */
export interface Seed {
  /** Claude Code's own folder. */
  readonly claudeDir: string;
  /** To the letter what Claude Code has: it throws the cache away where it has anything else. */
  readonly baseUrl: string;
  readonly stock: Pick<Config["models"], "stock" | "stockOneMillion">;
  readonly found: Pick<ModelsView, "picker" | "unavailable">;
  readonly nowMs: number;
}

export interface Seeded {
  readonly path: string;
  /** Undefined: what was there is left as it was, because somebody did not say what they have. */
  readonly count: number | undefined;
}

const MAX_CACHE_BYTES = 8 * 2 ** 20;

/**
 * Writes the list of models that Claude Code's picker shows.
 *
 * @source claude-cli 2.1.197 and 2.1.329 (observed 2026-11-21)
 */
export async function seedPicker(seed: Seed): Promise<Result<Seeded, string>> {
  const { claudeDir, baseUrl, stock, found, nowMs } = seed;
  const path = join(claudeDir, "cache", "gateway-models.json");
  const isPartial = found.unavailable.length > 0;
  if (isPartial && (await isGood(path, baseUrl))) return ok({ path, count: undefined });
  const models = pickerRows(stock, found.picker);
  const text = JSON.stringify({ baseUrl, fetchedAt: nowMs, models });
  const written = await writeAtomically(path, Buffer.from(text), { mode: 0o600 });
  return written.ok ? ok({ path, count: models.length }) : fail(written.error);
}

/** Claude's own models, those with a large window both ways, then the others' as the list of models has them. */
export function pickerRows(
  { stock, stockOneMillion }: Seed["stock"],
  others: readonly PickerRow[],
): readonly PickerRow[] {
  const claude = stockEntries(stock, stockOneMillion).map(({ id, displayName }) => ({
    id,
    display_name: displayName,
  }));
  const known = new Set(claude.map(({ id }) => id));
  return [...claude, ...others.filter(({ id }) => !known.has(id))];
}

/** One that Claude Code would take. */
async function isGood(path: string, baseUrl: string): Promise<boolean> {
  const file = await readIfThere(path);
  if (!file.ok || file.value === undefined) return false;
  const cache = parseJson(file.value, { maxBytes: MAX_CACHE_BYTES });
  if (!cache.ok || !isObject(cache.value)) return false;
  return cache.value["baseUrl"] === baseUrl && Array.isArray(cache.value["models"]);
}
