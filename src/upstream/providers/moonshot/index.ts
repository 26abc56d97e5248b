import { anthropicProvider } from "../anthropic-provider.ts";

/** Moonshot AI, in Anthropic's dialect. @source https://www.developersdigest.tech/reference/api-compatibility/moonshot (read 2026-11-25) */
export const provider = anthropicProvider({
  id: "moonshot",
  defaultBaseUrl: "https://api.moonshot.ai",
  under: "/anthropic",
});
