import { chatProvider } from "../chat-provider.ts";

/** Nebius Token Factory. @source https://docs.tokenfactory.nebius.com/api-reference/introduction (read 2026-11-25) */
export const provider = chatProvider({
  id: "nebius",
  defaultBaseUrl: "https://api.tokenfactory.nebius.com/v1",
});
