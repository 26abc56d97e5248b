import type { ChatTraits } from "../../dialects/openai-chat/index.ts";

/** What it takes beside OpenAI's own. */
export const CHAT: Partial<ChatTraits> = {
  strictTools: "allowed",
  images: "accepted",
  files: "accepted",
  // source: https://openrouter.ai/docs/client-sdks/python/components/chatrequesteffort.md (read 2026-11-25)
  reasoning: {
    by: "reasoning",
    levels: {
      none: "none",
      minimal: "minimal",
      low: "low",
      medium: "medium",
      high: "high",
      xhigh: "xhigh",
      max: "max",
    },
    takesBudget: true,
  },
  // quirk(openrouter): the models' own proofs are in `reasoning_details`, which go back unchanged and in order.
  // source: recorded exchanges, 2026-11
  echo: { form: "details" },
  // quirk(openrouter): Google's reasoning comes behind the calls that it belongs to.
  // source: recorded exchanges, 2026-11
  toolCalls: "held",
  // quirk(openrouter): marks in content parts are handed on to the models that cache by mark.
  // source: recorded exchanges, 2026-11
  cacheMarks: "kept",
};
