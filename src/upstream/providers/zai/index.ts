import { anthropicProvider } from "../anthropic-provider.ts";

/** Z.AI, in Anthropic's dialect. @source https://www.developersdigest.tech/reference/api-compatibility/zai (read 2026-11-25) */
export const provider = anthropicProvider({
  id: "zai",
  defaultBaseUrl: "https://api.z.ai/api",
  under: "/anthropic",
  checkPath: "/paas/v4/models",
});
