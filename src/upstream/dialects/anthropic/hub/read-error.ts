import { firstValue, type HeaderList } from "../../../../base/header-list.ts";
import { isObject, parseJson } from "../../../../base/json.ts";
import type { UpstreamError, UpstreamErrorKind } from "../../../../canonical/index.ts";

const MAX_BYTES = 1024 * 1024;
/** Errors are a sentence; what is longer quotes the request. */
const MAX_MESSAGE = 2_000;
const MS_PER_SECOND = 1_000;

/** @source https://platform.claude.com/docs/en/api/errors (read 2026-11-21) */
const KINDS_BY_TYPE: Readonly<Record<string, UpstreamErrorKind>> = {
  authentication_error: "authentication",
  permission_error: "permission",
  billing_error: "billing",
  not_found_error: "not_found",
  invalid_request_error: "invalid_request",
  request_too_large: "too_large",
  rate_limit_error: "rate_limit",
  overloaded_error: "overloaded",
  timeout_error: "timeout",
  api_error: "server",
};

const KINDS_BY_STATUS: Readonly<Record<number, UpstreamErrorKind>> = {
  401: "authentication",
  402: "billing",
  403: "permission",
  404: "not_found",
  408: "timeout",
  413: "too_large",
  429: "rate_limit",
  503: "overloaded",
  504: "timeout",
  529: "overloaded",
};

const NO_CREDIT = /credit balance is too low/i;
/** The API's own words, with the numbers, and those of Bedrock, without. */
const TOO_LONG = /prompt is too long(?:[^0-9]*(?<asked>\d+) tokens? > (?<limit>\d+))?/i;
const TOO_LONG_WITH_ANSWER =
  /exceed context limit: (?<input>\d+) \+ (?<output>\d+) > (?<limit>\d+)/i;
const TOO_LONG_ELSEWHERE = /input is too long for requested model/i;

/** An answer other than 200, with whatever body it has. */
export function readError(status: number, headers: HeaderList, body: Buffer): UpstreamError {
  const parsed = parseJson(body, { maxBytes: MAX_BYTES });
  const error = describeError(parsed.ok ? parsed.value : undefined, status);
  const retryAfterMs = readRetryAfter(headers);
  const isQuota =
    error.kind === "rate_limit" &&
    (firstValue(headers, "anthropic-ratelimit-unified-status") === "rejected" ||
      firstValue(headers, "anthropic-ratelimit-unified-representative-claim") !== undefined);
  return {
    ...error,
    kind: isQuota ? "quota" : error.kind,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** An error envelope, of an answer or of a stream's error event; anything else gives an error without words of its own. */
export function describeError(envelope: unknown, status?: number): UpstreamError {
  const error = isObject(envelope) && isObject(envelope["error"]) ? envelope["error"] : {};
  const { type, message } = error;
  const told = typeof message === "string" && message !== "" ? message : undefined;
  const text = told?.slice(0, MAX_MESSAGE) ?? "The upstream failed and did not say why.";
  const tokens = readTokens(text);
  const isTooLong = TOO_LONG.test(text) || tokens !== undefined || TOO_LONG_ELSEWHERE.test(text);
  const said = { message: text, ...(status !== undefined && { status }) };
  if (isTooLong) return { kind: "context_overflow", ...said, ...(tokens && { tokens }) };
  return { kind: NO_CREDIT.test(text) ? "billing" : kindOf(type, status), ...said };
}

function kindOf(type: unknown, status: number | undefined): UpstreamErrorKind {
  const byType = typeof type === "string" ? KINDS_BY_TYPE[type] : undefined;
  if (byType !== undefined && byType !== "invalid_request" && byType !== "server") return byType;
  // These two are said of everything else, where the status tells more.
  const byStatus = status === undefined ? undefined : KINDS_BY_STATUS[status];
  if (byStatus !== undefined) return byStatus;
  return byType ?? (status !== undefined && status < 500 ? "invalid_request" : "server");
}

function readTokens(text: string): UpstreamError["tokens"] {
  const plain = TOO_LONG.exec(text)?.groups;
  if (plain?.["asked"] !== undefined && plain["limit"] !== undefined) {
    return { asked: Number(plain["asked"]), limit: Number(plain["limit"]) };
  }
  const summed = TOO_LONG_WITH_ANSWER.exec(text)?.groups;
  if (summed === undefined) return undefined;
  return {
    asked: Number(summed["input"]) + Number(summed["output"]),
    limit: Number(summed["limit"]),
  };
}

/** Seconds only: the API sends no dates, and a date would need a clock. */
function readRetryAfter(headers: HeaderList): number | undefined {
  const ms = Number.parseFloat(firstValue(headers, "retry-after-ms") ?? "");
  if (Number.isFinite(ms) && ms >= 0) return ms;
  const text = firstValue(headers, "retry-after") ?? "";
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * MS_PER_SECOND : undefined;
}
