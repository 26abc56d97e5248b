import type { JsonObject, UpstreamError, UpstreamErrorKind } from "../../canonical/index.ts";
import type { RenderedError } from "../../exchange/dialect.ts";
import {
  type ErrorContext,
  isOwnCredential,
  OWN_CREDENTIAL_MESSAGE,
  overflowTokens,
} from "../upstream-error.ts";
import { errorBody, errorFields, quotaFailure, retryInfo } from "./error-details.ts";

interface Spec {
  readonly code: number;
  readonly status: string;
}

/**
 * The API's own code and status for each kind of failure.
 * @source https://ai.google.dev/gemini-api/docs/troubleshooting (read 2026-11-25)
 */
const SPECS: Readonly<Record<UpstreamErrorKind, Spec>> = {
  authentication: { code: 401, status: "UNAUTHENTICATED" },
  permission: { code: 403, status: "PERMISSION_DENIED" },
  billing: { code: 403, status: "PERMISSION_DENIED" },
  not_found: { code: 404, status: "NOT_FOUND" },
  invalid_request: { code: 400, status: "INVALID_ARGUMENT" },
  context_overflow: { code: 400, status: "INVALID_ARGUMENT" },
  thinking_refused: { code: 400, status: "INVALID_ARGUMENT" },
  too_large: { code: 413, status: "INVALID_ARGUMENT" },
  rate_limit: { code: 429, status: "RESOURCE_EXHAUSTED" },
  quota: { code: 429, status: "RESOURCE_EXHAUSTED" },
  overloaded: { code: 503, status: "UNAVAILABLE" },
  timeout: { code: 504, status: "DEADLINE_EXCEEDED" },
  server: { code: 500, status: "INTERNAL" },
};

/** Not a 5xx, which Gemini CLI repeats for minutes, and not a 401: the user can do nothing about this credential. */
const OWN_CREDENTIAL_REFUSED: Spec = { code: 400, status: "FAILED_PRECONDITION" };

/** An upstream's failure in the API's own words. */
export function writeError(
  error: UpstreamError,
  context: ErrorContext & { readonly requestId: string },
): RenderedError {
  const { code } = specOf(error, context);
  return {
    status: code,
    headers: errorFields(context.requestId, "upstream", error.retryAfterMs),
    body: JSON.stringify(errorEnvelope(error, context)),
  };
}

/** The same without a head, as the last response of a stream. */
export function errorEnvelope(error: UpstreamError, context: ErrorContext): JsonObject {
  const { code, status } = specOf(error, context);
  const message = messageOf(error, context);
  return errorBody(code, status, message, [
    ...(error.kind === "quota" ? [quotaFailure(message)] : []),
    ...retryInfo(error.retryAfterMs),
  ]);
}

function specOf(error: UpstreamError, context: ErrorContext): Spec {
  return isOwnCredential(error, context) ? OWN_CREDENTIAL_REFUSED : SPECS[error.kind];
}

function messageOf(error: UpstreamError, context: ErrorContext): string {
  if (isOwnCredential(error, context)) return OWN_CREDENTIAL_MESSAGE;
  return error.kind === "context_overflow" ? overflowMessage(error, context) : error.message;
}

/** In Google's words, from which clients read both numbers. */
function overflowMessage(error: UpstreamError, context: ErrorContext): string {
  const { asked, maximum } = overflowTokens(error, context);
  return `The input token count (${asked}) exceeds the maximum number of tokens allowed (${maximum}).`;
}
