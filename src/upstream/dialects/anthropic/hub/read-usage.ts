import { isObject } from "../../../../base/json.ts";
import type { TokenUsage } from "../../../../canonical/index.ts";

/**
 * The API's usage object; undefined when it counts nothing. The top level leaves out what compacting a conversation and an
 * advisor used, so what `iterations` has is summed instead, where there is any.
 * @source https://platform.claude.com/docs/en/build-with-claude/compaction (read 2026-11-20)
 */
export function readUsage(raw: unknown): TokenUsage | undefined {
  if (!isObject(raw)) return undefined;
  const whole = readCounts(raw);
  const iterations = Array.isArray(raw["iterations"]) ? raw["iterations"].filter(isObject) : [];
  const parts = iterations.map(readCounts);
  const usage = parts.length === 0 ? whole : { ...sumOf(parts), reasoning: whole.reasoning };
  return Object.values(usage).some((tokens) => tokens !== undefined) ? usage : undefined;
}

const SUMMED = ["input", "cacheRead", "cacheWrite5m", "cacheWrite1h", "output"] as const;

/** What no part tells is not told. */
function sumOf(parts: readonly TokenUsage[]): TokenUsage {
  const sums = SUMMED.map((unit) => {
    const counts = parts.map((part) => part[unit]).filter((tokens) => tokens !== undefined);
    return [unit, counts.length === 0 ? undefined : counts.reduce((sum, each) => sum + each, 0)];
  });
  return Object.fromEntries(sums);
}

function readCounts(raw: Readonly<Record<string, unknown>>): TokenUsage {
  return {
    input: count(raw["input_tokens"]),
    cacheRead: count(raw["cache_read_input_tokens"]),
    ...cacheWrites(raw),
    output: count(raw["output_tokens"]),
    reasoning: count(member(raw["output_tokens_details"], "thinking_tokens")),
  };
}

/** What the total has beyond its parts was written for the API's default of five minutes. */
function cacheWrites(
  raw: Readonly<Record<string, unknown>>,
): Pick<TokenUsage, "cacheWrite5m" | "cacheWrite1h"> {
  const total = count(raw["cache_creation_input_tokens"]);
  const short = count(member(raw["cache_creation"], "ephemeral_5m_input_tokens"));
  const long = count(member(raw["cache_creation"], "ephemeral_1h_input_tokens"));
  const unnamed = (total ?? 0) - (short ?? 0) - (long ?? 0);
  if (short === undefined && long === undefined) return { cacheWrite5m: total };
  return { cacheWrite5m: unnamed > 0 ? (short ?? 0) + unnamed : short, cacheWrite1h: long };
}

function member(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
