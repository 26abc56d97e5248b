import { anthropicProvider } from "../anthropic-provider.ts";

/** Fireworks AI, in Anthropic's dialect. @source https://docs.fireworks.ai/tools-sdks/anthropic-compatibility (read 2026-11-25) */
export const provider = anthropicProvider({
  id: "fireworks",
  defaultBaseUrl: "https://api.fireworks.ai/inference",
});
