import { bindDialect } from "../dialects/bind.ts";
import { openAiResponses, type ResponsesTraits } from "../dialects/openai-responses/index.ts";
import { factsOf } from "../model-facts.ts";
import { bearer, type ProviderDefinition } from "./provider.ts";

/** What tells one server that speaks Responses from another. */
export interface ResponsesProvider {
  readonly id: string;
  readonly defaultBaseUrl: string | undefined;
  /** The provider whose models these are, and whose limits they have; undefined: its own. */
  readonly sameAs?: string;
  readonly traits?: Partial<ResponsesTraits>;
  /** What only some of its models are like. */
  readonly traitsOf?: (model: string) => Partial<ResponsesTraits>;
}

/** For a server of which nothing is known but that it speaks Responses: nothing is sent that it may refuse. */
export const UNKNOWN_RESPONSES_SERVER: ResponsesTraits = {
  reasoning: "none",
  efforts: [],
  includes: [],
  images: false,
  files: false,
  toolResultParts: false,
  groupsCalls: true,
  webSearch: false,
  sampling: false,
  outputLimit: "any",
  promptCacheKey: false,
};

/** A provider out of what is special about it. */
export function responsesProvider(special: ResponsesProvider): ProviderDefinition {
  const { id, defaultBaseUrl } = special;
  return {
    id,
    defaultBaseUrl,
    needsKey: true,
    checkPath: "/models",
    authorize: bearer,
    dialectFor: (model) => {
      const { contextTokens, outputTokens } = factsOf(special.sameAs ?? id, model);
      const traits = {
        ...UNKNOWN_RESPONSES_SERVER,
        outputLimit: outputTokens ?? UNKNOWN_RESPONSES_SERVER.outputLimit,
        ...special.traits,
        ...special.traitsOf?.(model),
      };
      return { ...bindDialect(openAiResponses, traits), contextTokens };
    },
  };
}
