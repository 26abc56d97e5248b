import { type AnthropicTraits, anthropicMessages } from "../dialects/anthropic/index.ts";
import { bindDialect } from "../dialects/bind.ts";
import { countWith, MESSAGES_COUNT } from "../dialects/count.ts";
import { factsOf } from "../model-facts.ts";
import { ANTHROPIC_VERSION, at } from "./place.ts";
import { bearer, type ProviderDefinition } from "./provider.ts";

/** What tells one server that speaks Anthropic's Messages from another. */
export interface AnthropicProvider {
  readonly id: string;
  readonly defaultBaseUrl: string | undefined;
  /** Between the base URL and `/v1/messages`, where the list of models is not beside it. */
  readonly under?: string;
  /** False: a server of one's own, which may ask for none. */
  readonly needsKey?: boolean;
  readonly checkPath?: string;
  readonly routerVariable?: string;
  readonly authorize?: ProviderDefinition["authorize"];
  /** Where it is not like a server of which nothing is known. */
  readonly traits?: Partial<AnthropicTraits>;
  /** What only some of its models are like. */
  readonly traitsOf?: (model: string) => Partial<AnthropicTraits>;
}

/**
 * For a server of which nothing is known but that it speaks the Messages API as it was at first: thinking within a budget,
 * no efforts, no schemas for answers, no system turns, no caching unasked.
 */
export const UNKNOWN_MESSAGES_SERVER: AnthropicTraits = {
  // A limit has to be named and a larger one may be refused; clients of this dialect always name their own.
  defaultMaxTokens: 8_192,
  thinking: "budget",
  efforts: [],
  sampling: "all",
  takesSchemas: false,
  hasSystemTurns: false,
  cachesByItself: false,
};

/** A provider out of what is special about it. */
export function anthropicProvider(special: AnthropicProvider): ProviderDefinition {
  const { id, defaultBaseUrl, under = "", needsKey = true, authorize = bearer } = special;
  const { checkPath = "/v1/models", routerVariable } = special;
  return {
    id,
    defaultBaseUrl,
    needsKey,
    ...(routerVariable === undefined ? {} : { routerVariable }),
    checkPath,
    listPath: checkPath,
    authorize,
    dialectFor: (model) => {
      const { contextTokens, outputTokens } = factsOf(id, model);
      const traits = {
        ...UNKNOWN_MESSAGES_SERVER,
        maxOutputTokens: outputTokens,
        ...special.traits,
        ...special.traitsOf?.(model),
      };
      const dialect = at(under, bindDialect(anthropicMessages, traits), ANTHROPIC_VERSION);
      return { ...dialect, contextTokens, counter: countWith(dialect, MESSAGES_COUNT) };
    },
  };
}
