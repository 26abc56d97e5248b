import { chatProvider } from "../chat-provider.ts";

/** Together AI. @source https://docs.together.ai/docs/inference/responses-api (read 2026-11-25) */
export const provider = chatProvider({
  id: "together",
  defaultBaseUrl: "https://api.together.ai/v1",
  // source: recorded exchange, 2026-11
  traits: { sampling: { temperature: true, topP: true, topK: true } },
});
