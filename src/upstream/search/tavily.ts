import type { SearchProvider } from "./contract.ts";

/** @source https://docs.tavily.com/documentation/api-reference/endpoint/search (read 2026-11-25) */
export const tavily: SearchProvider = {
  defaultBaseUrl: "https://api.tavily.com",
  needsKey: true,
  maxQueryLength: 400,
  // It knows countries by their English names, and refuses what it does not know.
  takesCountry: false,
  write: ({ text, allowedDomains, blockedDomains }, maxResults, key) => ({
    path: "/search",
    headers: ["authorization", `Bearer ${key?.reveal() ?? ""}`],
    body: {
      query: text,
      max_results: maxResults,
      ...(allowedDomains.length === 0 ? {} : { include_domains: allowedDomains }),
      ...(blockedDomains.length === 0 ? {} : { exclude_domains: blockedDomains }),
    },
  }),
  resultsIn: (body) => body["results"],
  fields: { snippet: "content", age: "published_date" },
};
