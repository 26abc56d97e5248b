import { anthropicProvider } from "../anthropic-provider.ts";

/**
 * MiniMax, in Anthropic's dialect: in the other one its thinking is within the text.
 * @source https://platform.minimax.io/docs/api-reference/text-anthropic-api.md (read 2026-11-25)
 */
export const provider = anthropicProvider({
  id: "minimax",
  defaultBaseUrl: "https://api.minimax.io",
  under: "/anthropic",
});
