import type { ChatTraits } from "../../dialects/openai-chat/index.ts";
import { chatProvider } from "../chat-provider.ts";

/** Groq. @source https://console.groq.com/docs/api-reference.md (read 2026-11-25) */
export const provider = chatProvider({
  id: "groq",
  defaultBaseUrl: "https://api.groq.com/openai/v1",
  traits: { parallelToolCalls: "allowed", strictTools: "allowed" },
  traitsOf,
});

// quirk(groq): a member that it does not know is a 400, so reasoning never goes back and the other traits stay strict.
// source: https://github.com/janhq/jan/issues/8136 (read 2026-11-25)
function traitsOf(model: string): Partial<ChatTraits> {
  if (model.includes("gpt-oss")) {
    // source: recorded exchanges, 2026-11
    const levels = { low: "low", medium: "medium", high: "high" };
    return {
      reasoning: { by: "reasoning_effort", levels, adaptive: "medium" },
      responseFormat: "json_schema",
    };
  }
  if (model.includes("qwen3")) {
    // quirk(groq): Qwen thinks or does not; the only words for it are "none" and "default".
    // source: recorded exchanges, 2026-11
    const levels = { none: "none", medium: "default" };
    return { reasoning: { by: "reasoning_effort", levels, adaptive: "medium" } };
  }
  // source: recorded exchanges, 2026-11
  return model.includes("llama-4") ? { images: "accepted" } : {};
}
