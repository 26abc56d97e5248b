import type { SearchProvider } from "./contract.ts";

/** Of the text of each page. */
const MAX_CHARACTERS = 1_500;

/** @source https://docs.exa.ai/reference/search (read 2026-11-25) */
export const exa: SearchProvider = {
  defaultBaseUrl: "https://api.exa.ai",
  needsKey: true,
  maxQueryLength: 2_000,
  takesCountry: true,
  write: ({ text, allowedDomains, blockedDomains, country }, maxResults, key) => ({
    path: "/search",
    headers: ["x-api-key", key?.reveal() ?? ""],
    body: {
      query: text,
      type: "auto",
      numResults: maxResults,
      ...(allowedDomains.length === 0 ? {} : { includeDomains: allowedDomains }),
      ...(blockedDomains.length === 0 ? {} : { excludeDomains: blockedDomains }),
      ...(country === undefined ? {} : { userLocation: country }),
      contents: { text: { maxCharacters: MAX_CHARACTERS } },
    },
  }),
  resultsIn: (body) => body["results"],
  fields: { snippet: "text", age: "publishedDate" },
};
