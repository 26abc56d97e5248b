import type { ResponsesTraits } from "./traits.ts";

/** An upstream that can do all of this dialect. */
export const TRAITS: ResponsesTraits = {
  reasoning: "encrypted",
  efforts: ["none", "low", "medium", "high", "xhigh"],
  summary: "auto",
  includes: ["reasoning.encrypted_content", "web_search_call.action.sources"],
  images: true,
  files: true,
  toolResultParts: true,
  groupsCalls: false,
  webSearch: true,
  sampling: true,
  outputLimit: "any",
  promptCacheKey: true,
};

/** A local server of which nothing may be expected. */
export const BARE_TRAITS: ResponsesTraits = {
  reasoning: "none",
  efforts: [],
  includes: [],
  images: false,
  files: false,
  toolResultParts: false,
  groupsCalls: true,
  webSearch: false,
  sampling: false,
  outputLimit: "none",
  promptCacheKey: false,
};
