import type { ChatTraits } from "../../dialects/openai-chat/index.ts";
import { chatProvider } from "../chat-provider.ts";

/** Mistral. @source https://ai-sdk.dev/v5/providers/ai-sdk-providers/mistral (read 2026-11-25) */
export const provider = chatProvider({
  id: "mistral",
  defaultBaseUrl: "https://api.mistral.ai/v1",
  traits: {
    // quirk(mistral): ids of calls have exactly nine letters and digits, else 400 (code 3280).
    // source: https://github.com/langchain-ai/langchain/pull/24668 (read 2026-11-25)
    toolIds: "mistral9",
    // quirk(mistral): its own turns that are calls alone have an empty text, not null.
    // source: recorded exchanges, 2026-11
    emptyContent: "",
    // quirk(mistral): "any" for a call that has to come; one tool by sending it alone, none by sending none.
    // source: recorded exchanges, 2026-11
    toolChoice: { any: "any", named: "only_tool", none: "no_tools" },
    // source: https://docs.rs/crate/mistral-openapi-client/latest/source/docs/ChatCompletionRequest.md (read 2026-11-25)
    parallelToolCalls: "allowed",
    // quirk(mistral): usage comes unasked on the last chunk; a member that it does not know is refused.
    // source: recorded exchanges, 2026-11
    streamUsage: "unknown_field",
    // quirk(mistral): a user message right behind tool results is a 400 (code 3230).
    // source: https://github.com/avante-corp/avante.nvim/pull/2695 (read 2026-11-25), recorded exchange, 2026-11
    afterToolResults: "I have the results.",
  },
  traitsOf,
});

function traitsOf(model: string): Partial<ChatTraits> {
  const name = model.toLowerCase();
  // source: recorded exchange, 2026-11
  const images = /medium|pixtral/.test(name) ? ({ images: "accepted" } as const) : {};
  // quirk(mistral): two models think when told to, with no level between; magistral always does and takes no word for it.
  // source: https://docs.mistral.ai/capabilities/reasoning/adjustable (read 2026-11-25)
  if (!/^mistral-small-(?:latest|26)|^mistral-medium-3-5/.test(name)) return images;
  const levels = { none: "none", high: "high" };
  return { ...images, reasoning: { by: "reasoning_effort", levels, adaptive: "high" } };
}
