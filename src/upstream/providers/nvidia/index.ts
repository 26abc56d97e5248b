import { chatProvider } from "../chat-provider.ts";

/**
 * NVIDIA's hosted NIM; one of one's own has its URL in the configuration.
 * @source https://docsearch.algolia.com/mcp/docs/website/build.nvidia.com (read 2026-11-25)
 */
export const provider = chatProvider({
  id: "nvidia",
  defaultBaseUrl: "https://integrate.api.nvidia.com/v1",
  // quirk(nvidia): Mistral's models refuse a user message right behind tool results, whoever serves them.
  // source: https://github.com/NousResearch/hermes-agent/issues/20154 (read 2026-11-25)
  traitsOf: (model) =>
    model.startsWith("mistralai/") ? { afterToolResults: "I have the results." } : {},
});
