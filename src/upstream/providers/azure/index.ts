import { chatProvider } from "../chat-provider.ts";
import { chatTraits, responsesTraits, speaksResponses } from "../openai/index.ts";
import type { ProviderDefinition } from "../provider.ts";
import { responsesProvider } from "../responses-provider.ts";
import { CHAT, olderTraits, RESPONSES } from "./models.ts";
import { pathShape } from "./path-shape.ts";

/** Azure sells OpenAI's models, whose limits are the same. */
const OPENAI = { id: "azure", sameAs: "openai", defaultBaseUrl: undefined } as const;

const chat = chatProvider({ ...OPENAI, traits: CHAT, traitsOf: chatTraits });

// quirk(azure): the API with versions has Chat Completions alone, for models that reason, too.
// source: https://learn.microsoft.com/en-us/azure/foundry/openai/api-version-lifecycle (read 2026-11-26)
const older = chatProvider({ ...OPENAI, traits: CHAT, traitsOf: olderTraits });

const responses = responsesProvider({
  ...OPENAI,
  traits: RESPONSES,
  traitsOf: responsesTraits,
});

/** Azure OpenAI. @source https://learn.microsoft.com/en-us/rest/api/microsoft-foundry/azureopenai/responses (read 2026-11-26) */
export const provider: ProviderDefinition = {
  ...chat,
  cloud: {
    kind: "azure",
    scope: "https://cognitiveservices.azure.com/.default",
    keyVariable: "AZURE_OPENAI_API_KEY",
    placeVariable: { name: "AZURE_OPENAI_ENDPOINT", holds: "endpoint" },
    endpoint: (resource) => `https://${resource}.openai.azure.com`,
    path: "/openai/v1",
    versioned: {
      path: "/openai",
      dialectFor: (version, model) => ({ ...older.dialectFor(model), shape: pathShape(version) }),
    },
  },
  authorize: (key) => ["api-key", key.reveal()],
  dialectFor: (model) => (speaksResponses(model) ? responses : chat).dialectFor(model),
  resells: (model) => [{ kind: "openai", model, percent: 100 }],
};
