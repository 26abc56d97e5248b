import type { JsonObject, UpstreamError, UpstreamErrorKind } from "../../canonical/index.ts";
import type { RenderedError } from "../../exchange/dialect.ts";
import { errorHeaders, retryHeaders } from "../openai-error.ts";
import {
  type ErrorContext,
  isOwnCredential,
  OWN_CREDENTIAL_MESSAGE,
  overflowTokens,
} from "../upstream-error.ts";

interface Spec {
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
  readonly param?: string;
  /** A repetition gains nothing; the official clients try twice more unless they are told so. */
  readonly isFinal?: true;
}

const INVALID = "invalid_request_error";
const SERVER = "server_error";
const QUOTA = "insufficient_quota";
const REFUSED_THINKING = "invalid_encrypted_content";

/**
 * The API's own status, type and code for each kind of failure.
 * @source https://platform.openai.com/docs/guides/error-codes (read 2026-11-25)
 */
const SPECS: Readonly<Record<UpstreamErrorKind, Spec>> = {
  authentication: { status: 401, type: INVALID, code: "invalid_api_key", isFinal: true },
  permission: { status: 403, type: INVALID, code: "permission_denied", isFinal: true },
  billing: { status: 429, type: QUOTA, code: QUOTA, isFinal: true },
  not_found: { status: 404, type: INVALID, code: "model_not_found", isFinal: true },
  invalid_request: { status: 400, type: INVALID, code: null, isFinal: true },
  context_overflow: {
    status: 400,
    type: INVALID,
    code: "context_length_exceeded",
    param: "messages",
    isFinal: true,
  },
  thinking_refused: { status: 400, type: INVALID, code: REFUSED_THINKING, isFinal: true },
  too_large: { status: 413, type: INVALID, code: "request_too_large", isFinal: true },
  rate_limit: { status: 429, type: "requests", code: "rate_limit_exceeded" },
  quota: { status: 429, type: QUOTA, code: QUOTA, isFinal: true },
  overloaded: { status: 503, type: SERVER, code: "server_overloaded" },
  timeout: { status: 504, type: SERVER, code: "timeout" },
  server: { status: 500, type: SERVER, code: null },
};

/** A client that is answered 401 asks its user for another key, which would change nothing. */
const OWN_CREDENTIAL_REFUSED: Spec = {
  status: 502,
  type: SERVER,
  code: "provider_credential_refused",
  isFinal: true,
};

/** An upstream's failure in the API's own words, status and headers. */
export function writeError(
  error: UpstreamError,
  context: ErrorContext & { readonly requestId: string },
): RenderedError {
  const { status, isFinal } = specOf(error, context);
  return {
    status,
    headers: [
      ...errorHeaders(context.requestId, "upstream"),
      ...retryHeaders(isFinal === true, error.retryAfterMs),
    ],
    body: JSON.stringify(errorEnvelope(error, context)),
  };
}

/** The same without a status, as the data of a stream's last event. */
export function errorEnvelope(error: UpstreamError, context: ErrorContext): JsonObject {
  const { type, code, param } = specOf(error, context);
  return { error: { message: messageOf(error, context), type, param: param ?? null, code } };
}

function specOf(error: UpstreamError, context: ErrorContext): Spec {
  return isOwnCredential(error, context) ? OWN_CREDENTIAL_REFUSED : SPECS[error.kind];
}

function messageOf(error: UpstreamError, context: ErrorContext): string {
  if (isOwnCredential(error, context)) return OWN_CREDENTIAL_MESSAGE;
  return error.kind === "context_overflow" ? overflowMessage(error, context) : error.message;
}

/** In the API's words, which clients look for before they compact a conversation. */
function overflowMessage(error: UpstreamError, context: ErrorContext): string {
  const { asked, maximum } = overflowTokens(error, context);
  return `This model's maximum context length is ${maximum} tokens. However, your messages resulted in ${asked} tokens. Please reduce the length of the messages.`;
}
