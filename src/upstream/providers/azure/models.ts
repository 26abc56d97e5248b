import type { ChatTraits } from "../../dialects/openai-chat/index.ts";
import type { ResponsesTraits } from "../../dialects/openai-responses/index.ts";
import { chatTraits, responsesTraits, speaksResponses } from "../openai/index.ts";

export const CHAT: Partial<ChatTraits> = {
  // source: recorded exchanges, 2026-11
  maxTokensField: "max_completion_tokens",
  parallelToolCalls: "allowed",
  strictTools: "allowed",
  images: "accepted",
  responseFormat: "json_schema",
  userField: "user",
};

export const RESPONSES: Partial<ResponsesTraits> = {
  reasoning: "encrypted",
  includes: ["reasoning.encrypted_content"],
  images: true,
  files: true,
  toolResultParts: true,
  groupsCalls: false,
  promptCacheKey: true,
};

/** What models are like by the API with versions, where those that reason speak Chat Completions, too. */
export function olderTraits(model: string): Partial<ChatTraits> {
  if (!speaksResponses(model)) return chatTraits(model);
  const { efforts = [] } = responsesTraits(model);
  const levels = Object.fromEntries(efforts.map((effort) => [effort, effort]));
  return {
    reasoning: { by: "reasoning_effort", levels, adaptive: undefined },
    sampling: { temperature: false, topP: false, topK: false },
    maxStopSequences: 0,
  };
}
