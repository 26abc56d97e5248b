import { anthropicProvider } from "../anthropic-provider.ts";

/** A local LM Studio, in Anthropic's dialect. @source https://lmstudio.ai/docs/developer/anthropic-compat (read 2026-11-25) */
export const provider = anthropicProvider({
  id: "lmstudio",
  defaultBaseUrl: "http://127.0.0.1:1234",
  needsKey: false,
});
