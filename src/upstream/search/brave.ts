import { objectOf } from "../dialects/shared/fields.ts";
import type { SearchProvider } from "./contract.ts";
import { withOperators } from "./domains.ts";

const MAX_QUERY_LENGTH = 400;
/** Another one is refused. */
const COUNTRIES: ReadonlySet<string> = new Set(
  "AR AU AT BE BR CA CL DK FI FR DE HK IN ID IT JP KR MY MX NL NZ NO CN PL PT PH RU SA ZA ES SE CH TW TR GB US".split(
    " ",
  ),
);

/** @source https://api-dashboard.search.brave.com/api-reference/web/search/get (read 2026-11-25) */
export const brave: SearchProvider = {
  defaultBaseUrl: "https://api.search.brave.com/res/v1",
  needsKey: true,
  maxQueryLength: MAX_QUERY_LENGTH,
  takesCountry: true,
  write: (query, maxResults, key) => {
    const { country } = query;
    const parameters = new URLSearchParams({
      q: withOperators(query, MAX_QUERY_LENGTH),
      count: String(maxResults),
      result_filter: "web",
      // Else words of the query stand in tags.
      text_decorations: "false",
      ...(country !== undefined && COUNTRIES.has(country) ? { country } : {}),
    });
    return {
      path: `/web/search?${parameters.toString()}`,
      headers: ["x-subscription-token", key?.reveal() ?? ""],
    };
  },
  resultsIn: (body) => objectOf(body["web"])["results"],
  fields: { snippet: "description", age: "page_age" },
};
