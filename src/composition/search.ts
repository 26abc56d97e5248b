import { fail, ok, type Result } from "../base/result.ts";
import type { Config } from "../config/schema.ts";
import { openWebSearch, SEARCH_PROVIDERS, type WebSearch } from "../upstream/search/index.ts";
import type { Transport } from "../upstream/transport/contract.ts";
import type { OpenWay } from "./ways.ts";

/** The configured search and its way out, which whoever opens it closes. */
export interface OpenedSearch {
  readonly search: WebSearch;
  readonly transport: Transport;
}

/** Undefined: none is configured. */
export function openSearch(
  { search: { provider, url, key, maxResults, timeout: timeoutMs } }: Config,
  openWay: OpenWay,
): Result<OpenedSearch | undefined, string> {
  if (provider === undefined) return ok(undefined);
  const definition = SEARCH_PROVIDERS[provider];
  const baseUrl = url ?? definition.defaultBaseUrl;
  if (baseUrl === undefined) return fail("search.url is needed");
  const way = openWay(new URL(baseUrl).origin);
  if (!way.ok) return way;
  const transport = way.value;
  const setting = { provider, definition, baseUrl, key, maxResults, timeoutMs, transport };
  return ok({ search: openWebSearch(setting), transport });
}
