import { anthropicProvider } from "../anthropic-provider.ts";
import { eitherField } from "../provider.ts";

/** DeepSeek, in Anthropic's dialect. @source https://api-docs.deepseek.com/guides/anthropic_api (read 2026-11-25) */
export const provider = anthropicProvider({
  id: "deepseek",
  defaultBaseUrl: "https://api.deepseek.com",
  under: "/anthropic",
  // Beside the other dialect, and with its field for the key.
  checkPath: "/models",
  authorize: eitherField,
});
