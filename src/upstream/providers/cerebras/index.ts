import type { ChatTraits } from "../../dialects/openai-chat/index.ts";
import { chatProvider } from "../chat-provider.ts";

/** Cerebras. @source https://inference-docs.cerebras.ai/api-reference/chat-completions (read 2026-11-25) */
export const provider = chatProvider({
  id: "cerebras",
  defaultBaseUrl: "https://api.cerebras.ai/v1",
  traitsOf,
});

function traitsOf(model: string): Partial<ChatTraits> {
  // quirk(cerebras): gpt-oss refuses "none" and "minimal".
  // source: https://docs.rs/crate/harn-vm/0.8.113/source/src/llm/capability_sources/20-providers/80-cerebras.toml (read 2026-11-25)
  if (model.startsWith("gpt-oss")) {
    const levels = { low: "low", medium: "medium", high: "high" };
    return { reasoning: { by: "reasoning_effort", levels, adaptive: undefined } };
  }
  // quirk(cerebras): GLM thinks unless told "none"; no other level is known.
  // source: recorded exchange, 2026-11
  if (!model.startsWith("zai-glm")) return {};
  return { reasoning: { by: "reasoning_effort", levels: { none: "none" }, adaptive: undefined } };
}
