import { anthropicProvider } from "../anthropic-provider.ts";

/** A local Ollama, in Anthropic's dialect. @source https://docs.ollama.com/api/anthropic-compatibility (read 2026-11-25) */
export const provider = anthropicProvider({
  id: "ollama",
  defaultBaseUrl: "http://127.0.0.1:11434",
  needsKey: false,
});
