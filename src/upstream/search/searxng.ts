import type { SearchProvider } from "./contract.ts";
import { withOperators } from "./domains.ts";

const MAX_QUERY_LENGTH = 2_000;

/**
 * A SearXNG instance of the operator's own, whose `search.formats` have `json`. The key is for a proxy before it, if any.
 * @source https://docs.searxng.org/dev/search_api.html (read 2026-11-25)
 */
export const searxng: SearchProvider = {
  defaultBaseUrl: undefined,
  needsKey: false,
  maxQueryLength: MAX_QUERY_LENGTH,
  takesCountry: false,
  write: (query, _maxResults, key) => {
    const q = withOperators(query, MAX_QUERY_LENGTH);
    return {
      path: `/search?${new URLSearchParams({ q, format: "json" }).toString()}`,
      headers: key === undefined ? [] : ["authorization", `Bearer ${key.reveal()}`],
    };
  },
  resultsIn: (body) => body["results"],
  fields: { snippet: "content", age: "publishedDate" },
};
