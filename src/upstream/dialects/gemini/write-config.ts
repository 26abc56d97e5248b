import type { CanonicalRequest, JsonObject } from "../../../canonical/index.ts";
import type { Lose, Loss } from "../shared/losses.ts";
import { sanitiseSchema } from "./schema/sanitise-schema.ts";
import { writeThinking } from "./thinking-config.ts";
import type { GeminiTraits } from "./traits.ts";

/** A higher one is a 400: "the supported range is from 0 (inclusive) to 2.0001 (exclusive)". */
const MAX_TEMPERATURE = 2;
/** @source https://ai.google.dev/api/rest/v1beta/GenerationConfig (read 2026-11-25) */
const MAX_STOP_SEQUENCES = 5;

export interface ConfigContext {
  readonly traits: GeminiTraits;
  readonly lose: Lose;
  /** Whether an answer's form can be asked for, which older models cannot beside functions. */
  readonly canFormat: boolean;
}

/** Everything about how the model generates; empty where nothing was asked. */
export function writeConfig(request: CanonicalRequest, context: ConfigContext): JsonObject {
  const { traits, lose } = context;
  const thinkingConfig = writeThinking(request, traits, lose);
  return {
    ...defined(
      "maxOutputTokens",
      capped(request.maxTokens, traits.maxOutputTokens, "maxTokens", lose),
    ),
    ...defined("temperature", capped(request.temperature, MAX_TEMPERATURE, "temperature", lose)),
    ...defined("topP", request.topP),
    ...defined("topK", request.topK),
    ...stopSequences(request.stopSequences, lose),
    ...(context.canFormat ? formOf(request, traits) : {}),
    ...defined("thinkingConfig", thinkingConfig),
  };
}

function capped(
  value: number | undefined,
  max: number,
  name: Loss,
  lose: Lose,
): number | undefined {
  if (value === undefined || value <= max) return value;
  lose(name);
  return max;
}

function stopSequences(sequences: readonly string[], lose: Lose): JsonObject {
  const usable = sequences.filter((each) => each !== "");
  if (usable.length > MAX_STOP_SEQUENCES) lose("stopSequences");
  return usable.length === 0 ? {} : { stopSequences: usable.slice(0, MAX_STOP_SEQUENCES) };
}

function formOf({ outputFormat }: CanonicalRequest, traits: GeminiTraits): JsonObject {
  if (outputFormat === undefined) return {};
  return {
    responseMimeType: "application/json",
    ...(traits.schemas === "json-schema"
      ? { responseJsonSchema: outputFormat.schema }
      : { responseSchema: sanitiseSchema(outputFormat.schema) }),
  };
}

function defined(name: string, value: unknown): JsonObject {
  return value === undefined ? {} : { [name]: value };
}
