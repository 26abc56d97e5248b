import { chatProvider } from "../chat-provider.ts";

/** Any server that speaks Chat Completions: its URL and, where it asks for one, its key come from the configuration. */
export const provider = chatProvider({
  id: "openai-compatible",
  defaultBaseUrl: undefined,
  needsKey: false,
  traits: { images: "accepted" },
});
