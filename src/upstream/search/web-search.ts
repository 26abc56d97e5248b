import { isObject, parseJson } from "../../base/json.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import type { Secret } from "../../base/secret.ts";
import { objectsOf, textOf } from "../dialects/shared/fields.ts";
import { JSON_BODY, PLAIN_FIELDS } from "../plain-fields.ts";
import { askWhole } from "../transport/ask-whole.ts";
import type { Transport, UpstreamRequest } from "../transport/contract.ts";
import type {
  SearchErrorCode,
  SearchFailure,
  SearchHit,
  SearchProvider,
  SearchQuery,
  WebSearch,
} from "./contract.ts";
import { isAllowed } from "./domains.ts";

/** A search as it is configured. */
export interface SearchSetting {
  readonly provider: string;
  readonly definition: SearchProvider;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly key: Secret | undefined;
  readonly maxResults: number;
  readonly timeoutMs: number;
  readonly transport: Transport;
}

const MAX_ANSWER_BYTES = 2 * 2 ** 20;
/** Of what is shown to the model of one page. */
const MAX_SNIPPET_LENGTH = 2_000;
const TAG = /<\/?[a-z][^>]*>/gi;

export function openWebSearch(setting: SearchSetting): WebSearch {
  const { provider, definition, baseUrl } = setting;
  return {
    provider,
    origin: new URL(baseUrl).origin,
    takesCountry: definition.takesCountry,
    search: async (query, signal) => await search(setting, query, signal),
  };
}

async function search(
  setting: SearchSetting,
  query: SearchQuery,
  signal: AbortSignal,
): Promise<Result<readonly SearchHit[], SearchFailure>> {
  const { definition, maxResults, timeoutMs, transport } = setting;
  const text = query.text.trim();
  if (text === "") return failed("invalid_tool_input", "no query");
  if (text.length > definition.maxQueryLength) return failed("query_too_long", "too long");
  const request = toRequest(setting, { ...query, text });
  const answer = await askWhole(transport, request, {
    timeoutMs,
    maxBytes: MAX_ANSWER_BYTES,
    signal,
  });
  if ("failure" in answer) return failed("unavailable", answer.failure);
  const { status, body } = answer;
  if (status !== 200) return failed(CODES[status] ?? "unavailable", `status ${status}`);
  const parsed = parseJson(body, { maxBytes: MAX_ANSWER_BYTES });
  if (!parsed.ok || !isObject(parsed.value)) return failed("unavailable", "its answer is no JSON");
  const hits = objectsOf(definition.resultsIn(parsed.value))
    .map((result) => toHit(result, definition))
    .filter(({ url }) => isAllowed(url, query));
  return ok(hits.slice(0, maxResults));
}

function toRequest(
  { definition, baseUrl, maxResults, key }: SearchSetting,
  query: SearchQuery,
): UpstreamRequest {
  const { path, headers, body } = definition.write(query, maxResults, key);
  const { pathname } = new URL(baseUrl);
  const isGet = body === undefined;
  return {
    method: isGet ? "GET" : "POST",
    target: `${pathname === "/" ? "" : pathname}${path}`,
    headers: [...PLAIN_FIELDS, ...(isGet ? [] : JSON_BODY), ...headers],
    body: isGet ? undefined : Buffer.from(JSON.stringify(body)),
  };
}

function toHit(result: Readonly<Record<string, unknown>>, { fields }: SearchProvider): SearchHit {
  const url = textOf(result["url"]);
  return {
    url,
    title: textOf(result["title"]).replaceAll(TAG, "") || url,
    snippet: textOf(result[fields.snippet]).replaceAll(TAG, "").slice(0, MAX_SNIPPET_LENGTH),
    age: textOf(result[fields.age]) || undefined,
  };
}

function failed(code: SearchErrorCode, reason: string): Result<never, SearchFailure> {
  return fail({ code, reason });
}

const CODES: Readonly<Record<number, SearchErrorCode>> = {
  413: "query_too_long",
  414: "query_too_long",
  429: "too_many_requests",
};
