import type { CanonicalRequest } from "../../../canonical/index.ts";
import { anthropicMessages } from "../../dialects/anthropic/index.ts";
import { type BoundDialect, bindDialect } from "../../dialects/bind.ts";
import { countWith, MESSAGES_COUNT } from "../../dialects/count.ts";
import {
  geminiDialect,
  traitsOf as geminiTraits,
  readCount,
  writeCountRequest,
} from "../../dialects/gemini/index.ts";
import { factsOf } from "../../model-facts.ts";
import { traitsOf } from "../anthropic/index.ts";
import { bearer, type ProviderDefinition } from "../provider.ts";
import { BETAS } from "./betas.ts";
import { claudeShape } from "./claude-shape.ts";
import { endpointOf } from "./endpoint.ts";
import { geminiShape } from "./gemini-shape.ts";
import { isClaude } from "./model-id.ts";
import { asOpenModel } from "./open-model.ts";
import { resells } from "./resells.ts";

/** Google's Vertex AI, where Claude is sold too. */
export const provider: ProviderDefinition = {
  id: "vertex",
  defaultBaseUrl: undefined,
  needsKey: true,
  cloud: { kind: "gcp", tokenVariable: "GOOGLE_OAUTH_ACCESS_TOKEN", baseUrl: endpointOf },
  checkPath: "/endpoints",
  authorize: bearer,
  dialectFor: (model) => {
    if (isClaude(model)) return asClaude(model);
    return model.includes("/") ? asOpenModel() : asGemini(model);
  },
  resells,
};

function asClaude(model: string): BoundDialect {
  const dialect = bindDialect(anthropicMessages, { ...traitsOf(model), cachesByItself: false });
  const counter = countWith(dialect, MESSAGES_COUNT);
  return { ...dialect, counter, betas: BETAS, shape: claudeShape(model) };
}

function asGemini(model: string): BoundDialect {
  const { contextTokens, outputTokens } = factsOf("gemini", model);
  const usual = geminiTraits(model, "vertex");
  const traits = { ...usual, maxOutputTokens: outputTokens ?? usual.maxOutputTokens };
  const counter = {
    writeRequest: (request: CanonicalRequest) => writeCountRequest(request, traits),
    readCount,
  };
  const shape = geminiShape(model, traits);
  return { ...bindDialect(geminiDialect, traits), contextTokens, counter, shape };
}
