import { ERRORS, type ErrorCode, type GatewayError } from "../../base/errors.ts";
import type { ClientDialect, RenderedError } from "../../exchange/dialect.ts";
import { readRequest } from "./read-request.ts";
import { writeError } from "./write-error.ts";
import { writeMessage } from "./write-message.ts";
import { PING, StreamWriter } from "./write-stream.ts";

/**
 * The API's own error types by status.
 * @source https://platform.claude.com/docs/en/api/errors (read 2026-11-21)
 */
const TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  405: "invalid_request_error",
  408: "timeout_error",
  409: "invalid_request_error",
  413: "request_too_large",
  415: "invalid_request_error",
  426: "invalid_request_error",
  429: "rate_limit_error",
  431: "invalid_request_error",
  503: "overloaded_error",
  504: "timeout_error",
};

/** Clients show a billing error's message as it is, and do not repeat the request. */
const BILLING_ERRORS: ReadonlySet<ErrorCode> = new Set([
  "budget_exceeded",
  "daily_limit_reached",
  "price_unknown",
]);

const MS_PER_SECOND = 1_000;

function envelope(error: GatewayError): Readonly<Record<string, unknown>> {
  const byStatus = TYPES[ERRORS[error.code].http] ?? "api_error";
  const type = BILLING_ERRORS.has(error.code) ? "billing_error" : byStatus;
  return { type: "error", error: { type, message: sayWho(error), ...detailsOf(error) } };
}

/**
 * By this the official SDK knows that it has to send the whole conversation.
 * @source @anthropic-ai/sdk 1.11.0, ThreadUnsupportedRequestError (read 2026-11-25)
 */
function detailsOf({ code }: GatewayError): Readonly<Record<string, unknown>> {
  return code === "thread_not_supported"
    ? { details: { error_code: "thread_unsupported_request", unsupported: ["model"] } }
    : {};
}

/** The client's terminal shows the message alone, so it has to say that the gateway speaks, and how it calls this. */
function sayWho(error: GatewayError): string {
  return `Spillway: ${error.message} (${error.code})`;
}

/**
 * Claude Code repeats a 401 for three minutes unless it is told that this is useless. With a login that can be renewed, or
 * a key helper, it does not listen to that, renews the login each time, and stops only before a wait of over a minute.
 * @source claude-cli 2.1.197 and 2.1.329 (observed 2026-11-25)
 */
function retryHeaders(code: ErrorCode, retryAfterMs: number | undefined): string[] {
  const { retry, http } = ERRORS[code];
  const headers = retry === "never" ? ["x-should-retry", "false"] : [];
  const isCredentials = http === 401 || http === 403;
  const afterMs = retryAfterMs ?? (isCredentials ? USELESS_RETRY_MS : undefined);
  if (afterMs !== undefined) {
    headers.push("retry-after", String(Math.max(1, Math.ceil(afterMs / MS_PER_SECOND))));
  }
  return headers;
}

const USELESS_RETRY_MS = 3_600_000;

/** Gateway errors as the Anthropic API would say them. */
export const anthropicDialect: ClientDialect = {
  id: "anthropic",
  canonical: {
    readRequest,
    openWriter: (facts) => new StreamWriter(facts),
    ping: PING,
    writeMessage: (message, facts) => JSON.stringify(writeMessage(message, facts)),
    writeError,
  },

  renderError(error, requestId): RenderedError {
    const spec = ERRORS[error.code];
    return {
      status: spec.http,
      headers: [
        "content-type",
        "application/json",
        "request-id",
        requestId,
        "x-spillway-request-id",
        requestId,
        "x-spillway-error-source",
        "gateway",
        ...retryHeaders(error.code, error.retryAfterMs),
      ],
      body: JSON.stringify({ ...envelope(error), request_id: requestId }),
    };
  },

  renderStreamError(error): string {
    return `event: error\ndata: ${JSON.stringify(envelope(error))}\n\n`;
  },
};
