import type { JsonObject, UpstreamError, UpstreamErrorKind } from "../../canonical/index.ts";
import type { RenderedError } from "../../exchange/dialect.ts";
import {
  type ErrorContext,
  isOwnCredential,
  OWN_CREDENTIAL_MESSAGE,
  overflowTokens,
  retryAfterSeconds,
} from "../upstream-error.ts";

interface Spec {
  readonly status: number;
  readonly type: string;
  /** A repetition gains nothing; Claude Code tries for three minutes unless it is told so. */
  readonly isFinal?: true;
}

/**
 * The API's own status and type for each kind of failure.
 * @source https://platform.claude.com/docs/en/api/errors (read 2026-11-21)
 */
const SPECS: Readonly<Record<UpstreamErrorKind, Spec>> = {
  authentication: { status: 401, type: "authentication_error", isFinal: true },
  permission: { status: 403, type: "permission_error", isFinal: true },
  billing: { status: 402, type: "billing_error", isFinal: true },
  not_found: { status: 404, type: "not_found_error", isFinal: true },
  invalid_request: { status: 400, type: "invalid_request_error", isFinal: true },
  context_overflow: { status: 400, type: "invalid_request_error", isFinal: true },
  thinking_refused: { status: 400, type: "invalid_request_error", isFinal: true },
  too_large: { status: 413, type: "request_too_large", isFinal: true },
  rate_limit: { status: 429, type: "rate_limit_error" },
  quota: { status: 429, type: "rate_limit_error", isFinal: true },
  overloaded: { status: 529, type: "overloaded_error" },
  timeout: { status: 504, type: "timeout_error" },
  server: { status: 500, type: "api_error" },
};

/** A client that is answered 401 logs its user out, and the user can do nothing about the gateway's credential. */
const OWN_CREDENTIAL_REFUSED: Spec = { status: 502, type: "api_error", isFinal: true };

/** An upstream's failure in the API's own words, status and headers. */
export function writeError(
  error: UpstreamError,
  context: ErrorContext & { readonly requestId: string },
): RenderedError {
  const { status, isFinal } = specOf(error, context);
  const { requestId } = context;
  const headers = ["content-type", "application/json", "request-id", requestId];
  headers.push("x-spillway-request-id", requestId, "x-spillway-error-source", "upstream");
  if (isFinal) headers.push("x-should-retry", "false");
  if (error.retryAfterMs !== undefined) {
    headers.push("retry-after", String(retryAfterSeconds(error.retryAfterMs)));
  }
  const body = JSON.stringify({ ...errorEnvelope(error, context), request_id: requestId });
  return { status, headers, body };
}

/** The same without a status, as the data of a stream's error event. */
export function errorEnvelope(error: UpstreamError, context: ErrorContext): JsonObject {
  const { type } = specOf(error, context);
  return { type: "error", error: { type, message: messageOf(error, context) } };
}

function specOf(error: UpstreamError, context: ErrorContext): Spec {
  return isOwnCredential(error, context) ? OWN_CREDENTIAL_REFUSED : SPECS[error.kind];
}

function messageOf(error: UpstreamError, context: ErrorContext): string {
  if (isOwnCredential(error, context)) return OWN_CREDENTIAL_MESSAGE;
  if (error.kind === "thinking_refused") return `${REFUSED_THINKING}: ${error.message}`;
  return error.kind === "context_overflow" ? overflowMessage(error, context) : error.message;
}

/** By these words Claude Code leaves the thinking out and asks again at once. */
const REFUSED_THINKING = "messages: Invalid `signature` in `thinking` block";

/** Claude Code compacts its conversation only when it reads exactly this. */
function overflowMessage(error: UpstreamError, context: ErrorContext): string {
  const { asked = 0, limit = 0, answer = 0 } = error.tokens ?? {};
  // The conversation fits: less room for the answer is all that is needed, which Claude Code does at once by these words.
  if (answer > 0 && asked - answer < limit) {
    return `input length and \`max_tokens\` exceed context limit: ${asked - answer} + ${answer} > ${limit}`;
  }
  const { asked: told, maximum } = overflowTokens(error, context);
  return `prompt is too long: ${told} tokens > ${maximum} maximum`;
}
