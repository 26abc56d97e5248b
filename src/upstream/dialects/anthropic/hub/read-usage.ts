import { isObject } from "../../../../base/json.ts";
import type { TokenUsage } from "../../../../canonical/index.ts";

/** The API's usage object; undefined when it counts nothing. */
export function readUsage(raw: unknown): TokenUsage | undefined {
  if (!isObject(raw)) return undefined;
  const usage: TokenUsage = {
    input: count(raw["input_tokens"]),
    cacheRead: count(raw["cache_read_input_tokens"]),
    ...cacheWrites(raw),
    output: count(raw["output_tokens"]),
    reasoning: count(member(raw["output_tokens_details"], "thinking_tokens")),
  };
  return Object.values(usage).some((tokens) => tokens !== undefined) ? usage : undefined;
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
