import { countWith, RESPONSES_COUNT } from "../../dialects/count.ts";
import { chatProvider } from "../chat-provider.ts";
import type { ProviderDefinition } from "../provider.ts";
import { responsesProvider } from "../responses-provider.ts";
import { chatTraits, responsesTraits, speaksResponses } from "./models.ts";

export { chatTraits, responsesTraits, speaksResponses };

/** @source https://platform.openai.com/docs/api-reference/responses (read 2026-11-21) */
const PLACE = { id: "openai", defaultBaseUrl: "https://api.openai.com/v1" } as const;

const chat = chatProvider({
  ...PLACE,
  traits: {
    // source: recorded exchanges, 2026-11
    maxTokensField: "max_completion_tokens",
    parallelToolCalls: "allowed",
    strictTools: "allowed",
    images: "accepted",
    files: "accepted",
    responseFormat: "json_schema",
    // source: https://platform.openai.com/docs/api-reference/chat (read 2026-11-21)
    promptCacheKey: "allowed",
    userField: "safety_identifier",
  },
  traitsOf: chatTraits,
});

const responses = responsesProvider({
  ...PLACE,
  traits: {
    reasoning: "encrypted",
    // quirk(openai): a summary of the thinking is refused to organisations that were not verified, so none is asked for.
    // source: https://github.com/home-assistant/core/issues/160212 (read 2026-11-25)
    summary: undefined,
    // source: recorded exchanges, 2026-11
    includes: ["reasoning.encrypted_content", "web_search_call.action.sources"],
    images: true,
    files: true,
    toolResultParts: true,
    groupsCalls: false,
    webSearch: true,
    promptCacheKey: true,
    // quirk(openai): reasoning models refuse temperature and top_p.
    // source: recorded exchange, 2026-11
    sampling: false,
  },
  traitsOf: responsesTraits,
});

export const provider: ProviderDefinition = {
  ...chat,
  dialectFor: (model) => {
    const spoken = (speaksResponses(model) ? responses : chat).dialectFor(model);
    // Every model is counted by Responses, and by nothing else.
    return { ...spoken, counter: countWith(responses.dialectFor(model), RESPONSES_COUNT) };
  },
};
