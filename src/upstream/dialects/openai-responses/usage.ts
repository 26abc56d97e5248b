import { isObject } from "../../../base/json.ts";
import type { JsonObject, TokenUsage } from "../../../canonical/index.ts";
import { countOf, objectOf } from "../shared/fields.ts";
import { serviceTier } from "../shared/service-tier.ts";

/**
 * Tokens as they are counted here: this dialect's input contains what was read from and written to a cache.
 *
 * Where the total is larger than its parts, thinking was left out of the output.
 */
export function readUsage(response: JsonObject): TokenUsage | undefined {
  const { usage } = response;
  if (!isObject(usage)) return undefined;
  const details = objectOf(usage["input_tokens_details"]);
  const input = countOf(usage["input_tokens"]);
  const output = countOf(usage["output_tokens"]);
  const total = countOf(usage["total_tokens"]);
  const cacheRead = countOf(details["cached_tokens"]);
  const cacheWrite = countOf(details["cache_write_tokens"]);
  const cached = (cacheRead ?? 0) + (cacheWrite ?? 0);
  const rest = total === undefined || input === undefined ? undefined : total - input;
  return {
    input: input === undefined ? undefined : Math.max(0, input - cached),
    cacheRead,
    cacheWrite5m: cacheWrite,
    output: rest !== undefined && rest > (output ?? 0) ? rest : output,
    reasoning: countOf(objectOf(usage["output_tokens_details"])["reasoning_tokens"]),
    ...serviceTier(response),
  };
}
