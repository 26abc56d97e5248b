import { claudeResale } from "../claude-resale.ts";
import type { ProviderDefinition } from "../provider.ts";
import { claudeName, profileOf, withoutGeography } from "./model-id.ts";

/** Claude for Anthropic's prices, everything else for Bedrock's own, by the profile that was asked for. */
export const resells: NonNullable<ProviderDefinition["resells"]> = (model, { askedModel }) => {
  const asked = profileOf(askedModel);
  if (asked === undefined) return [];
  const isGlobal = asked.startsWith("global.");
  const claude = claudeName(model);
  if (claude !== undefined) return [claudeResale(claude, isGlobal)];
  const name = withoutGeography(profileOf(model) ?? model);
  return [`${isGlobal ? "global" : "regional"}.${name}`, name].map((listed) => ({
    kind: "bedrock",
    model: listed,
    percent: 100,
  }));
};
