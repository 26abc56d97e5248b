import { responsesProvider } from "../responses-provider.ts";

/**
 * Perplexity, by its Agent API, which is spoken like Responses: Sonar's Chat Completions ended on 2026-09-27.
 * @source https://www.truefoundry.com/docs/change-announcements/perplexity-agent-api-migration (read 2026-11-25)
 */
export const provider = responsesProvider({
  id: "perplexity",
  defaultBaseUrl: "https://api.perplexity.ai/v1",
});
