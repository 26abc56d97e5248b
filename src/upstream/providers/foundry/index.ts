import { countWith, MESSAGES_COUNT } from "../../dialects/count.ts";
import { anthropic } from "../anthropic/index.ts";
import { ANTHROPIC_VERSION, at } from "../place.ts";
import type { ProviderDefinition } from "../provider.ts";
import { BETAS } from "./betas.ts";

/** Claude in Microsoft Foundry. @source https://platform.claude.com/docs/en/build-with-claude/claude-in-microsoft-foundry (read 2026-11-26) */
export const provider: ProviderDefinition = {
  id: "foundry",
  defaultBaseUrl: undefined,
  needsKey: true,
  cloud: {
    kind: "azure",
    scope: "https://ai.azure.com/.default",
    keyVariable: "ANTHROPIC_FOUNDRY_API_KEY",
    placeVariable: { name: "ANTHROPIC_FOUNDRY_RESOURCE", holds: "resource" },
    endpoint: (resource) => `https://${resource}.services.ai.azure.com`,
    path: "/anthropic",
  },
  checkPath: "/v1/models",
  authorize: (key) => ["x-api-key", key.reveal()],
  dialectFor: (model) => {
    const dialect = at("", anthropic.dialectFor(model), ANTHROPIC_VERSION);
    const counter = countWith(dialect, MESSAGES_COUNT);
    return { ...dialect, counter, betas: BETAS, isClaude: true };
  },
  resells: (model) => [{ kind: "anthropic", model, percent: 100 }],
};
