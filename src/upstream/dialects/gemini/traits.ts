import type { Effort } from "../../../canonical/index.ts";

export type ThinkingLevel = "minimal" | "low" | "medium" | "high";

/** How a model is told how much to think; both knobs in one request are a 400. */
export type ThinkingKnob =
  | { readonly kind: "none" }
  /** Tokens; `canTurnOff` says whether 0 is allowed besides `min` to `max`. */
  | {
      readonly kind: "budget";
      readonly min: number;
      readonly max: number;
      readonly canTurnOff: boolean;
    }
  /** In rising order; at least one. */
  | { readonly kind: "level"; readonly levels: readonly ThinkingLevel[] };

/** What one model on one host can do, as far as it changes what is written. */
export interface GeminiTraits {
  /** What stands before the model's name: `/v1beta/models/`. */
  readonly modelPath: string;
  /** `openapi`: the host knows neither `parametersJsonSchema` nor `responseJsonSchema`. */
  readonly schemas: "json-schema" | "openapi";
  readonly thinking: ThinkingKnob;
  /** `required`: a function call without its signature in the history is a 400. */
  readonly signatures: "required" | "optional";
  /** Images of a tool result: within its response, or in a turn of their own behind all responses. */
  readonly toolResultMedia: "in-response" | "next-content";
  /** Whether function calls and responses may carry an id. */
  readonly callIds: boolean;
  readonly search: "with-functions" | "alone" | "never";
  /** Whether an answer's form may be asked for while there are functions. */
  readonly formatWithFunctions: boolean;
  /** `omitted`: the host fetches no web addresses; its own `gs:` addresses are always sent. */
  readonly mediaUrls: "sent" | "omitted";
  /** AI Studio counts system text and tools only within a `generateContentRequest`. */
  readonly countTokens: "wrapped" | "flat";
  readonly maxOutputTokens: number;
}

/** Budgets in tokens for what other dialects say in words. */
export const EFFORT_BUDGETS: Readonly<Record<Exclude<Effort, "none">, number>> = {
  minimal: 512,
  low: 1_024,
  medium: 8_192,
  high: 24_576,
  xhigh: 32_768,
  max: 32_768,
};

/**
 * The knob of each generation, the first match counts. What is newer than this table thinks by level.
 * @source https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/thinking (read 2026-11-25)
 */
const KNOBS: readonly (readonly [RegExp, ThinkingKnob])[] = [
  [/^gemini-2\.5-pro/, { kind: "budget", min: 128, max: 32_768, canTurnOff: false }],
  [/^gemini-2\.5-flash-lite/, { kind: "budget", min: 512, max: 24_576, canTurnOff: true }],
  [/^gemini-2\.5-.*image/, { kind: "none" }],
  [/^gemini-2\.5/, { kind: "budget", min: 1, max: 24_576, canTurnOff: true }],
  [/^(?:gemini-(?:[01]\.|2\.0)|gemma|learnlm)/, { kind: "none" }],
  [/^gemini-3-pro/, { kind: "level", levels: ["low", "high"] }],
  [/^gemini-3(?:\.[56])?-flash/, { kind: "level", levels: ["minimal", "low", "medium", "high"] }],
];

const NEWEST_KNOB: ThinkingKnob = { kind: "level", levels: ["low", "medium", "high"] };

/** What is known of a model from its name; a provider may correct single traits. */
export function traitsOf(model: string, host: "ai-studio" | "vertex"): GeminiTraits {
  const name = model.replace(/^.*\//, "");
  const thinking = KNOBS.find(([pattern]) => pattern.test(name))?.[1] ?? NEWEST_KNOB;
  const isThirdOrLater = thinking.kind === "level";
  const isSmall = /^(?:gemini-(?:[01]\.|2\.0)|gemma|learnlm)/.test(name);
  return {
    modelPath: host === "ai-studio" ? "/v1beta/models/" : "/publishers/google/models/",
    schemas: "json-schema",
    thinking,
    signatures: isThirdOrLater ? "required" : "optional",
    toolResultMedia: isThirdOrLater ? "in-response" : "next-content",
    callIds: host === "ai-studio",
    search: "alone",
    formatWithFunctions: isThirdOrLater,
    mediaUrls: "sent",
    countTokens: host === "ai-studio" ? "wrapped" : "flat",
    maxOutputTokens: isSmall ? 8_192 : 65_536,
  };
}
