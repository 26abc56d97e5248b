import { chatProvider } from "../chat-provider.ts";

/** OpenAI's own API, by Chat Completions. @source https://platform.openai.com/docs/api-reference/chat (read 2026-11-21) */
export const provider = chatProvider({
  id: "openai",
  defaultBaseUrl: "https://api.openai.com/v1",
  traits: {
    maxTokensField: "max_completion_tokens",
    systemRole: "developer",
    parallelToolCalls: "allowed",
    strictTools: "allowed",
    images: "accepted",
    files: "accepted",
    responseFormat: "json_schema",
    promptCacheKey: "allowed",
    userField: "safety_identifier",
  },
});
