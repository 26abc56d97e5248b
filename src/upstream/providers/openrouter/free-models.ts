import type { FreeModels } from "../provider.ts";

/**
 * Models whose ids end in `:free`: 50 requests a day, and 1,000 once ten dollars of credits were bought.
 * @source https://openrouter.ai/docs/api-reference/limits (read 2026-11-26)
 */
export const FREE_MODELS: FreeModels = {
  isFree: (model) => model.endsWith(":free"),
  requestsPerMinute: 20,
};
