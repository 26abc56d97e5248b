import { anthropicProvider } from "../anthropic-provider.ts";
import { chatProvider } from "../chat-provider.ts";
import { claudeTraits } from "../claude-traits.ts";
import type { ProviderDefinition } from "../provider.ts";
import { FREE_MODELS } from "./free-models.ts";
import { CHAT } from "./traits.ts";

/** @source https://openrouter.ai/docs/guides/coding-agents/claude-code-integration (read 2026-11-25) */
const PLACE = { id: "openrouter", defaultBaseUrl: "https://openrouter.ai/api" } as const;

const messages = anthropicProvider({ ...PLACE, traitsOf: claudeTraits });
const chat = chatProvider({
  ...PLACE,
  under: "/v1",
  traits: CHAT,
  // quirk(openrouter): Mistral's rules for ids and for what follows a result hold behind it too.
  // source: https://github.com/openclaw/openclaw/issues/57672, https://github.com/zed-industries/zed/issues/37021 (read 2026-11-25)
  traitsOf: (model) =>
    model.startsWith("mistralai/")
      ? { toolIds: "mistral9", afterToolResults: "I have the results." }
      : {},
});

export const provider: ProviderDefinition = {
  ...messages,
  // quirk(openrouter): the list of models is public; this says whose key it is.
  // source: https://openrouter.ai/docs/api/api-reference/api-keys/get-current-key (read 2026-11-25)
  checkPath: "/v1/key",
  freeModels: FREE_MODELS,
  // quirk(openrouter): Anthropic's dialect is only promised for Anthropic's models.
  // source: https://openrouter.ai/docs/guides/coding-agents/claude-code-integration (read 2026-11-25)
  dialectFor: (model) => (model.startsWith("anthropic/") ? messages : chat).dialectFor(model),
};
