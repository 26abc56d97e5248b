import { chatProvider } from "../chat-provider.ts";

/** Cohere, by its compatibility API. @source https://docs.cohere.com/docs/compatibility-api (read 2026-11-25) */
export const provider = chatProvider({
  id: "cohere",
  defaultBaseUrl: "https://api.cohere.ai",
  under: "/compatibility/v1",
  // The compatibility API has no list of models; Cohere's own has.
  checkPath: "/v1/models",
});
