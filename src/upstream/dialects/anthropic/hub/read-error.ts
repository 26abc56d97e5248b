import { firstValue, type HeaderList } from "../../../../base/header-list.ts";
import { isObject, parseJson } from "../../../../base/json.ts";
import type { UpstreamError, UpstreamErrorKind } from "../../../../canonical/index.ts";
import { isContextOverflow, overflowTokens } from "../../shared/context-overflow.ts";
import { remedyIn } from "../../shared/remedy.ts";
import { waitInHeaders } from "../../shared/retry-after.ts";
import { statusKind } from "../../shared/status-kind.ts";
import { isThinkingRefusal } from "../../shared/thinking-refusal.ts";

const MAX_BYTES = 1024 * 1024;
/** Errors are a sentence; what is longer quotes the request. */
const MAX_MESSAGE = 2_000;

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

const NO_CREDIT = /credit balance is too low/i;

/** An answer other than 200, with whatever body it has. */
export function readError(status: number, headers: HeaderList, body: Buffer): UpstreamError {
  const parsed = parseJson(body, { maxBytes: MAX_BYTES });
  const error = describeError(parsed.ok ? parsed.value : undefined, status);
  const retryAfterMs = waitInHeaders(headers);
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
  const said = { message: text, ...(status !== undefined && { status }) };
  const kind = NO_CREDIT.test(text) ? "billing" : kindOf(type, status);
  if (kind === "invalid_request" && isThinkingRefusal(text)) {
    return { kind: "thinking_refused", ...said };
  }
  if (kind === "rate_limit" || !isContextOverflow(text)) {
    const remedy = kind === "invalid_request" ? remedyIn(text) : undefined;
    return { kind, ...said, ...(remedy && { remedy }) };
  }
  const tokens = overflowTokens(text);
  return { kind: "context_overflow", ...said, ...(tokens && { tokens }) };
}

function kindOf(type: unknown, status: number | undefined): UpstreamErrorKind {
  const isKnown = typeof type === "string" && Object.hasOwn(KINDS_BY_TYPE, type);
  const byType = isKnown ? KINDS_BY_TYPE[type] : undefined;
  if (byType !== undefined && byType !== "invalid_request" && byType !== "server") return byType;
  // These two are said of everything else, where the status tells more.
  const byStatus = statusKind(status);
  if (byStatus !== undefined) return byStatus;
  return byType ?? (status !== undefined && status < 500 ? "invalid_request" : "server");
}
