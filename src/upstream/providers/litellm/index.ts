import { anthropicProvider } from "../anthropic-provider.ts";
import { claudeTraits } from "../claude-traits.ts";

/**
 * A LiteLLM proxy of one's own, all of whose models answer in this dialect.
 * @source https://docs.litellm.ai/docs/anthropic_unified (read 2026-11-25)
 */
export const provider = anthropicProvider({
  id: "litellm",
  defaultBaseUrl: "http://127.0.0.1:4000",
  needsKey: false,
  routerVariable: "LITELLM_URL",
  traitsOf: claudeTraits,
});
