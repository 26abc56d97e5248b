import { bindDialect } from "../dialects/bind.ts";
import { type ChatTraits, openAiChat, UNKNOWN_SERVER } from "../dialects/openai-chat/index.ts";
import { factsOf } from "../model-facts.ts";
import { at } from "./place.ts";
import { bearer, type ProviderDefinition } from "./provider.ts";

/** What tells one server that speaks Chat Completions from another. */
export interface ChatProvider {
  readonly id: string;
  readonly defaultBaseUrl: string | undefined;
  /** The provider whose models these are, and whose limits they have; undefined: its own. */
  readonly sameAs?: string;
  /** Between the base URL and `/chat/completions`, where the list of models is not beside it. */
  readonly under?: string;
  /** False: a server of one's own, which may ask for none. */
  readonly needsKey?: boolean;
  /** Models whose names begin so are this provider's, without its id in front. */
  readonly claims?: string;
  readonly checkPath?: string;
  readonly routerVariable?: string;
  readonly authorize?: ProviderDefinition["authorize"];
  /** Where it is not like a server of which nothing is known. */
  readonly traits?: Partial<ChatTraits>;
  /** What only some of its models are like. */
  readonly traitsOf?: (model: string) => Partial<ChatTraits>;
}

/** A provider out of what is special about it. */
export function chatProvider(special: ChatProvider): ProviderDefinition {
  const { id, defaultBaseUrl, under = "", needsKey = true, authorize = bearer } = special;
  const { routerVariable } = special;
  return {
    id,
    defaultBaseUrl,
    needsKey,
    ...(routerVariable === undefined ? {} : { routerVariable }),
    claims: special.claims,
    checkPath: special.checkPath ?? "/models",
    authorize,
    dialectFor: (model) => {
      const { contextTokens, outputTokens } = factsOf(special.sameAs ?? id, model);
      const traits = {
        ...UNKNOWN_SERVER,
        maxOutputTokens: outputTokens,
        ...special.traits,
        ...special.traitsOf?.(model),
      };
      return { ...at(under, bindDialect(openAiChat, traits)), contextTokens };
    },
  };
}
