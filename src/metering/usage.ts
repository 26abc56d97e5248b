import { isObject } from "../base/json.ts";
import { CountReader, MAX_TOOL_CALLS } from "./count-reader.ts";
import type { Units, Usage, UsageEntry } from "./units.ts";

type RawUsage = Readonly<Record<string, unknown>>;

/** Whose usage it is where the usage itself does not say. */
export interface UsageModels {
  /** The answer's model; wins, because the provider may serve another than was asked for. */
  readonly served?: string | undefined;
  readonly requested?: string | undefined;
}

/** More iterations than any agentic loop has; the rest would only be a way to exhaust the gateway. */
const MAX_ITERATIONS = 1_000;
const MAX_LABEL = 256;

/**
 * Turns a provider's usage object into units by model; undefined when it counts nothing.
 *
 * The top level leaves out compaction and advisor tokens, so `iterations[]` is summed instead wherever it is present.
 * @source https://platform.claude.com/docs/en/build-with-claude/compaction (read 2026-11-20)
 * @source https://platform.claude.com/docs/en/agents-and-tools/tool-use/advisor-tool (read 2026-11-20)
 */
export function toUsage(raw: RawUsage, models: UsageModels): Usage | undefined {
  const reader = new CountReader();
  const model = models.served ?? models.requested ?? "";
  const entries = toEntries(raw, model, reader);
  const countsSomething = entries.some(({ units }) =>
    Object.values(units).some((count) => count !== undefined),
  );
  if (!countsSomething && !reader.isSuspect) return undefined;
  return { entries, suspect: reader.isSuspect };
}

function toEntries(raw: RawUsage, model: string, reader: CountReader): readonly UsageEntry[] {
  const terms = {
    serviceTier: label(raw["service_tier"]),
    speed: label(raw["speed"]),
    inferenceGeo: label(raw["inference_geo"]),
  };
  const listed = raw["iterations"];
  const iterations = Array.isArray(listed) ? listed.slice(0, MAX_ITERATIONS).filter(isObject) : [];
  const whole = { ...tokenUnits(raw, reader), ...extraUnits(raw, reader) };
  if (iterations.length === 0) return [{ model, kind: "message", units: whole, ...terms }];
  const entries = iterations.map((iteration): UsageEntry => {
    const kind = label(iteration["type"]) ?? "message";
    return {
      model: label(iteration["model"]) ?? model,
      kind,
      units: { ...tokenUnits(iteration, reader), ...extraUnits(iteration, reader) },
      ...terms,
      // The advisor is another model at its own rates; fast mode is the main model's.
      speed: label(iteration["speed"]) ?? (kind === "advisor_message" ? undefined : terms.speed),
    };
  });
  return withExtras(entries, whole);
}

/** Searches and thinking are counted for the whole answer; they go to its first message unless iterations carry them. */
function withExtras(entries: readonly UsageEntry[], whole: Units): readonly UsageEntry[] {
  const main = Math.max(
    0,
    entries.findIndex(({ kind }) => kind === "message"),
  );
  const missing: Record<string, number | undefined> = {};
  for (const unit of ["reasoning", "webSearches", "webFetches"] as const) {
    if (entries.every(({ units }) => units[unit] === undefined)) missing[unit] = whole[unit];
  }
  return entries.map((entry, index) =>
    index === main ? { ...entry, units: { ...entry.units, ...missing } } : entry,
  );
}

function tokenUnits(raw: RawUsage, reader: CountReader): Units {
  return {
    input: reader.count(raw, "input_tokens"),
    cacheRead: reader.count(raw, "cache_read_input_tokens"),
    ...cacheWrites(raw, reader),
    output: reader.count(raw, "output_tokens"),
  };
}

function extraUnits(raw: RawUsage, reader: CountReader): Units {
  return {
    reasoning: reader.count(raw["output_tokens_details"], "thinking_tokens"),
    webSearches: reader.count(raw["server_tool_use"], "web_search_requests", MAX_TOOL_CALLS),
    webFetches: reader.count(raw["server_tool_use"], "web_fetch_requests", MAX_TOOL_CALLS),
  };
}

/**
 * Splits cache writes by lifetime.
 *
 * quirk(anthropic): a stream's `message_delta` may raise `cache_creation_input_tokens` without repeating the split that
 * `message_start` gave, so the total decides: what it has more than the split is written like the rest (5 minutes
 * unless all known writes are 1 hour), what it has less comes off the cheaper 5-minute part.
 */
function cacheWrites(raw: RawUsage, reader: CountReader): Units {
  const split = raw["cache_creation"];
  const total = reader.count(raw, "cache_creation_input_tokens");
  const fiveMinutes = reader.count(split, "ephemeral_5m_input_tokens");
  const oneHour = reader.count(split, "ephemeral_1h_input_tokens");
  if (total === undefined) return { cacheWrite5m: fiveMinutes, cacheWrite1h: oneHour };
  const isAllOneHour = (oneHour ?? 0) > 0 && (fiveMinutes ?? 0) === 0;
  const cacheWrite1h = isAllOneHour ? total : Math.min(oneHour ?? 0, total);
  return {
    cacheWrite5m: total - cacheWrite1h,
    cacheWrite1h: oneHour === undefined ? undefined : cacheWrite1h,
  };
}

function label(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value.slice(0, MAX_LABEL) : undefined;
}
