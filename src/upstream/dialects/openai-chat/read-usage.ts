import { isObject } from "../../../base/json.ts";
import type { JsonObject, TokenUsage } from "../../../canonical/index.ts";
import { countOf, objectOf } from "../shared/fields.ts";
import type { ChatTraits } from "./traits.ts";

/** The usage member of an answer or a chunk; Groq has its own beside it. Undefined: none is told there. */
export function usageMember(body: JsonObject): JsonObject | undefined {
  const usage = body["usage"];
  if (isObject(usage)) return usage;
  const groq = objectOf(body["x_groq"])["usage"];
  return isObject(groq) ? groq : undefined;
}

/**
 * Usage free of its provider's conventions: `prompt_tokens` holds what was read from and written to a cache, and
 * `completion_tokens` holds the reasoning tokens or does not.
 */
export function readUsage(
  usage: JsonObject,
  traits: Pick<ChatTraits, "reasoningTokens">,
): TokenUsage {
  const promptDetails = objectOf(usage["prompt_tokens_details"]);
  const prompt = countOf(usage["prompt_tokens"]);
  const cacheRead = firstNumber(
    promptDetails["cached_tokens"],
    usage["prompt_cache_hit_tokens"],
    usage["cached_tokens"],
    usage["num_cached_tokens"],
  );
  const cacheWrite = firstNumber(
    promptDetails["cache_write_tokens"],
    usage["cache_creation_input_tokens"],
  );
  const reasoning = countOf(objectOf(usage["completion_tokens_details"])["reasoning_tokens"]);
  return {
    input:
      prompt === undefined ? undefined : Math.max(0, prompt - (cacheRead ?? 0) - (cacheWrite ?? 0)),
    cacheRead,
    cacheWrite5m: cacheWrite,
    output: outputTokens(usage, reasoning, traits),
    reasoning,
  };
}

/** The total settles what counts as output; else more reasoning than completion proves that the one is not in the other. */
function outputTokens(
  usage: JsonObject,
  reasoning: number | undefined,
  { reasoningTokens }: Pick<ChatTraits, "reasoningTokens">,
): number | undefined {
  const completion = countOf(usage["completion_tokens"]);
  if (completion === undefined) return undefined;
  const prompt = countOf(usage["prompt_tokens"]);
  const total = countOf(usage["total_tokens"]);
  if (prompt !== undefined && total !== undefined && total - prompt > completion) {
    return total - prompt;
  }
  const thought = reasoning ?? 0;
  const isBeside = reasoningTokens === "beside_completion" || thought > completion;
  return isBeside ? completion + thought : completion;
}

function firstNumber(...values: readonly unknown[]): number | undefined {
  return values.map(countOf).find((value) => value !== undefined);
}
