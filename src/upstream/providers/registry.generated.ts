// Generated from the folders beside it: npm run generate
import { provider as groq } from "./groq/index.ts";
import { provider as openai } from "./openai/index.ts";
import { provider as openaiCompatible } from "./openai-compatible/index.ts";
import type { ProviderDefinition } from "./provider.ts";

/** Every provider of another dialect, by its id. */
export const PROVIDERS: ReadonlyMap<string, ProviderDefinition> = new Map(
  [groq, openai, openaiCompatible].map((provider) => [provider.id, provider] as const),
);
