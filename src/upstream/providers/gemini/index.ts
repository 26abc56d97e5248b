import type { CanonicalRequest } from "../../../canonical/index.ts";
import { bindDialect } from "../../dialects/bind.ts";
import {
  geminiDialect,
  readCount,
  traitsOf,
  writeCountRequest,
} from "../../dialects/gemini/index.ts";
import { factsOf } from "../../model-facts.ts";
import type { ProviderDefinition } from "../provider.ts";

/** Google's Gemini API, by its own dialect. @source https://ai.google.dev/gemini-api/docs/api-key?hl=en (read 2026-11-25) */
export const provider: ProviderDefinition = {
  id: "gemini",
  defaultBaseUrl: "https://generativelanguage.googleapis.com",
  needsKey: true,
  checkPath: "/v1beta/models",
  // A page has fifty models unasked. source: https://ai.google.dev/api/models (read 2026-11-25)
  listPath: "/v1beta/models?pageSize=1000",
  // quirk(gemini): the key has a field of its own; in the address, where it may stand too, it would be logged.
  // source: https://hexdocs.pm/gemini_ex/0.9.0/Gemini.Auth.GeminiStrategy.html (read 2026-11-25)
  authorize: (key) => ["x-goog-api-key", key.reveal()],
  dialectFor: (model) => {
    const { contextTokens, outputTokens } = factsOf("gemini", model);
    const usual = traitsOf(model, "ai-studio");
    const traits = { ...usual, maxOutputTokens: outputTokens ?? usual.maxOutputTokens };
    const counter = {
      writeRequest: (request: CanonicalRequest) => writeCountRequest(request, traits),
      readCount,
    };
    return { ...bindDialect(geminiDialect, traits), contextTokens, counter };
  },
};
