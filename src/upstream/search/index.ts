export type {
  SearchErrorCode,
  SearchFailure,
  SearchHit,
  SearchQuery,
  WebSearch,
} from "./contract.ts";
export { SEARCH_PROVIDERS } from "./providers.ts";
export { openWebSearch } from "./web-search.ts";
