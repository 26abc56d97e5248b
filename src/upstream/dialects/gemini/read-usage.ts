import { isObject } from "../../../base/json.ts";
import type { TokenUsage } from "../../../canonical/index.ts";

/**
 * The usage of an answer. Gemini counts cached tokens into the prompt, and neither thoughts into the candidates nor a
 * tool's own reading into the prompt. Undefined where nothing is counted.
 */
export function readUsage(metadata: unknown): TokenUsage | undefined {
  if (!isObject(metadata)) return undefined;
  const prompt = countOf(metadata["promptTokenCount"]);
  const forTools = countOf(metadata["toolUsePromptTokenCount"]) ?? 0;
  const cacheRead = countOf(metadata["cachedContentTokenCount"]);
  const reasoning = countOf(metadata["thoughtsTokenCount"]);
  const told = sum(countOf(metadata["candidatesTokenCount"]), reasoning);
  const total = countOf(metadata["totalTokenCount"]);
  const output = larger(told, remainder(total, prompt, forTools));
  if (prompt === undefined && output === undefined) return undefined;
  return {
    input: prompt === undefined ? undefined : Math.max(0, prompt + forTools - (cacheRead ?? 0)),
    cacheRead,
    output,
    reasoning,
  };
}

/** A number of tokens as the wire writes it: a number, or an int64 as text. */
export function countOf(value: unknown): number | undefined {
  const count = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof count === "number" && Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);
}

/** What the total leaves for the answer: also there where the answer's own count is left out, as zeros are. */
function remainder(
  total: number | undefined,
  prompt: number | undefined,
  forTools: number,
): number | undefined {
  if (total === undefined || prompt === undefined) return undefined;
  const rest = total - prompt - forTools;
  return rest >= 0 ? rest : undefined;
}

function larger(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.max(a, b);
}
