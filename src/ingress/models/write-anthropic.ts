import { type Picker, type PickerEntry, pickerEntries } from "../../base/picker-id.ts";
import { ANTHROPIC } from "../../canonical/index.ts";
import type { ListedModel } from "../../exchange/models/listed-model.ts";

/** For a model of which nobody says since when it is there: clients expect a time. */
const UNKNOWN_TIME = "2025-01-01T00:00:00Z";

/**
 * The answer to `GET /v1/models`, all on one page, by the names that Claude Code's picker takes.
 * @source https://platform.claude.com/docs/en/api/models/list (read 2026-11-25)
 */
export function writeAll(models: readonly ListedModel[], picker: Picker): string {
  const data = models.flatMap((model) => toWire(model, picker));
  return JSON.stringify({
    data,
    has_more: false,
    first_id: data.at(0)?.["id"] ?? null,
    last_id: data.at(-1)?.["id"] ?? null,
  });
}

/** The answer to `GET /v1/models/<model>`. */
export function writeOne(model: ListedModel, picker: Picker): string {
  return JSON.stringify(toWire(model, picker)[0]);
}

function toWire(model: ListedModel, picker: Picker): readonly Readonly<Record<string, unknown>>[] {
  const { id, provider, native, displayName, createdAt } = model;
  if (native !== undefined) return [native];
  const entries: readonly PickerEntry[] =
    provider === ANTHROPIC ? [{ id, displayName }] : pickerEntries(id, picker);
  return entries.map((entry) => ({
    type: "model",
    id: entry.id,
    display_name: entry.displayName,
    created_at: createdAt === undefined ? UNKNOWN_TIME : isoTime(createdAt),
  }));
}

/** Whole seconds, as the API itself writes them. */
function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+Z$/, "Z");
}
