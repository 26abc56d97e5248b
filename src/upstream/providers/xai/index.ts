import type { ResponsesTraits } from "../../dialects/openai-responses/index.ts";
import { responsesProvider } from "../responses-provider.ts";

/**
 * xAI, by Responses: Chat Completions are deprecated and give no reasoning back.
 * @source https://docs.x.ai/developers/model-capabilities/text/comparison (read 2026-11-25)
 */
export const provider = responsesProvider({
  id: "xai",
  defaultBaseUrl: "https://api.x.ai/v1",
  traits: {
    // quirk(xai): an encrypted item has to come back whole; one that was changed is a 400, "Could not decrypt".
    // source: issue 2229 of opencodex, by a study of it (read 2026-11-25)
    reasoning: "item",
    // source: https://reference.langchain.com/javascript/langchain-xai/XAIResponsesCreateParams (read 2026-11-25)
    includes: ["reasoning.encrypted_content"],
    groupsCalls: false,
    sampling: true,
    // source: https://docs.x.ai/developers/model-capabilities/text/comparison (read 2026-11-25)
    webSearch: true,
  },
  traitsOf,
});

function traitsOf(model: string): Partial<ResponsesTraits> {
  if (model.includes("non-reasoning")) return { reasoning: "none", includes: [] };
  // quirk(xai): Grok before 4.3 refuses to be told an effort, all but grok-3-mini.
  // source: https://newreleases.io/project/github/vercel/ai/release/@ai-sdk%2Fxai@4.0.0-canary.61 (read 2026-11-25)
  if (/^grok-4\.[3-9](?!\d)/.test(model)) return { efforts: ["none", "low", "medium", "high"] };
  return model.startsWith("grok-3-mini") ? { efforts: ["low", "high"] } : {};
}
