import type { HeaderList } from "../../base/header-list.ts";
import type { Result } from "../../base/result.ts";
import type { Secret } from "../../base/secret.ts";
import type { JsonObject } from "../../canonical/index.ts";

/** What is looked for, and where. */
export interface SearchQuery {
  readonly text: string;
  /** Only these domains with their subdomains, or their pages under a path; empty: any. */
  readonly allowedDomains: readonly string[];
  readonly blockedDomains: readonly string[];
  /** Two letters, of who asks; undefined: not said. */
  readonly country: string | undefined;
}

/** A page that was found. */
export interface SearchHit {
  readonly url: string;
  readonly title: string;
  /** What of it matters, as the provider cut it out. */
  readonly snippet: string;
  /** When it was published or changed, in the provider's words. */
  readonly age: string | undefined;
}

/**
 * Why there are no pages, in the words of Anthropic's own search.
 * @source https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool (read 2026-11-25)
 */
export type SearchErrorCode =
  | "invalid_tool_input"
  | "max_uses_exceeded"
  | "query_too_long"
  | "too_many_requests"
  | "unavailable";

export interface SearchFailure {
  readonly code: SearchErrorCode;
  /** For the record; never the provider's words. */
  readonly reason: string;
}

/** A request as a provider takes it, behind its base URL. */
export interface WrittenSearch {
  readonly path: string;
  readonly headers: HeaderList;
  /** Undefined: everything is in the path, and the request a GET. */
  readonly body?: JsonObject;
}

/** A provider's wire format: data, and the writing of its request. */
export interface SearchProvider {
  /** Undefined: only the operator knows where it is. */
  readonly defaultBaseUrl: string | undefined;
  readonly needsKey: boolean;
  readonly maxQueryLength: number;
  /** Whether it takes the country of who asks. */
  readonly takesCountry: boolean;
  write(query: SearchQuery, maxResults: number, key: Secret | undefined): WrittenSearch;
  /** The list of pages in an answer. */
  resultsIn(body: JsonObject): unknown;
  /** Members of a page beside `url` and `title`. */
  readonly fields: { readonly snippet: string; readonly age: string };
}

/** The configured search. */
export interface WebSearch {
  readonly provider: string;
  /** Where queries go; for the data policies. */
  readonly origin: string;
  readonly takesCountry: boolean;
  /** Never rejects; `signal` ends the search at once. */
  search(
    query: SearchQuery,
    signal: AbortSignal,
  ): Promise<Result<readonly SearchHit[], SearchFailure>>;
}
