import { chatProvider } from "../chat-provider.ts";

/** Groq. @source https://console.groq.com/docs/openai (read 2026-11-21) */
export const provider = chatProvider({
  id: "groq",
  defaultBaseUrl: "https://api.groq.com/openai/v1",
  traits: { parallelToolCalls: "allowed" },
});
