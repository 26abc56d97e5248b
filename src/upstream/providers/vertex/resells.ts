import { claudeResale } from "../claude-resale.ts";
import type { ProviderDefinition } from "../provider.ts";
import { isClaude } from "./model-id.ts";

/** Claude for Anthropic's prices, everything else for those of Google's own API. */
export const resells: NonNullable<ProviderDefinition["resells"]> = (model, { pathPrefix }) => {
  const isGlobal = pathPrefix.endsWith("/locations/global");
  return isClaude(model)
    ? [claudeResale(model.replace("@", "-"), isGlobal)]
    : [{ kind: "gemini", model, percent: 100 }];
};
