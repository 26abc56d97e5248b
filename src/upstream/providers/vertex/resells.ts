import { claudeResale } from "../claude-resale.ts";
import type { ProviderDefinition } from "../provider.ts";
import { anthropicName, isClaude } from "./model-id.ts";

/** Claude for Anthropic's prices, everything else for those of Google's own API. */
export const resells: NonNullable<ProviderDefinition["resells"]> = (model, { pathPrefix }) => {
  const isGlobal = pathPrefix.endsWith("/locations/global");
  return isClaude(model)
    ? [claudeResale(anthropicName(model), isGlobal)]
    : [{ kind: "gemini", model, percent: !isGlobal && COSTS_MORE.test(model) ? 110 : 100 }];
};

/** Google's models that cost more elsewhere. @source https://cloud.google.com/vertex-ai/generative-ai/pricing (read 2026-11-26) */
const COSTS_MORE = /^gemini-3[.-]8-flash$/;
