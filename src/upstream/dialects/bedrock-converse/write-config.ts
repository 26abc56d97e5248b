import type { CanonicalRequest, Effort, JsonObject } from "../../../canonical/index.ts";
import { nearestEffort, wantedEffort } from "../shared/effort.ts";
import type { Lose } from "../shared/losses.ts";
import type { ConverseTraits } from "./traits.ts";

const LEVELS: readonly Effort[] = ["low", "medium", "high"];
/** What a level of effort is worth to a model that thinks within a budget. */
const BUDGETS: Partial<Readonly<Record<Effort, number>>> = {
  minimal: 1_024,
  low: 2_048,
  medium: 8_192,
  high: 16_384,
  xhigh: 24_576,
  max: 32_768,
};
const MIN_BUDGET = 1_024;

/** How the model generates: always there, for some models want the member even where nothing is said. */
export function writeConfig(
  request: CanonicalRequest,
  traits: ConverseTraits,
  lose: Lose,
  extras: JsonObject | undefined,
): JsonObject {
  const { maxTokens, temperature, topP } = request;
  const stops = request.stopSequences.filter((each) => each.trim() !== "");
  if (stops.length > 0 && !traits.stopSequences) lose("stopSequences");
  const thinks = traits.reasoning !== "effort" && extras !== undefined && isThinking(extras);
  // quirk(bedrock): Nova at high effort, and Claude while it thinks, take neither. source: the guides named in traits.ts
  if (thinks && temperature !== undefined) lose("temperature");
  if (thinks && topP !== undefined) lose("topP");
  const isFree = isHighNova(extras);
  if (isFree && maxTokens !== undefined) lose("maxTokens");
  return {
    inferenceConfig: {
      ...(maxTokens !== undefined && !isFree && { maxTokens }),
      ...(temperature !== undefined && !thinks && { temperature: Math.min(temperature, 1) }),
      ...(topP !== undefined && !thinks && { topP }),
      ...(stops.length > 0 && traits.stopSequences && { stopSequences: stops }),
    },
  };
}

/** What only the model's own maker has a word for; undefined: nothing. */
export function writeExtras(
  request: CanonicalRequest,
  traits: ConverseTraits,
  lose: Lose,
): JsonObject | undefined {
  const extras = { ...topKOf(request, traits, lose), ...reasoningOf(request, traits, lose) };
  return Object.keys(extras).length === 0 ? undefined : extras;
}

function topKOf(
  { topK }: CanonicalRequest,
  { topK: path }: ConverseTraits,
  lose: Lose,
): JsonObject {
  if (topK === undefined) return {};
  if (path === undefined) lose("topK");
  const [first, second] = path ?? [];
  if (first === undefined) return {};
  return second === undefined ? { [first]: topK } : { [first]: { [second]: topK } };
}

function reasoningOf(
  request: CanonicalRequest,
  { reasoning }: ConverseTraits,
  lose: Lose,
): JsonObject {
  const told = wantedEffort(request);
  if (told === undefined || told === "adaptive") return {};
  switch (reasoning) {
    case undefined:
      if (told !== "none") lose("thinking");
      return {};
    case "effort": {
      const level = nearestEffort(told, LEVELS);
      return level === undefined ? {} : { reasoning_effort: level };
    }
    case "level": {
      const level = told === "none" ? undefined : nearestEffort(told, LEVELS);
      if (level === undefined) return {};
      return { reasoningConfig: { type: "enabled", maxReasoningEffort: level } };
    }
    case "budget":
      return told === "none" ? {} : budgetFor(request, told);
    default:
      return reasoning satisfies never;
  }
}

/** The budget has to be below the limit of the whole answer. */
function budgetFor({ thinking, maxTokens }: CanonicalRequest, told: Effort): JsonObject {
  const wanted = thinking?.mode === "budget" ? thinking.budgetTokens : BUDGETS[told];
  const budget = Math.min(wanted ?? MIN_BUDGET, (maxTokens ?? Number.POSITIVE_INFINITY) - 1);
  return budget < MIN_BUDGET ? {} : { thinking: { type: "enabled", budget_tokens: budget } };
}

function isThinking(extras: JsonObject): boolean {
  return "thinking" in extras || isHighNova(extras);
}

function isHighNova(extras: JsonObject | undefined): boolean {
  return JSON.stringify(extras?.["reasoningConfig"] ?? "").includes('"high"');
}
