import { ERRORS, type GatewayError } from "../../base/errors.ts";
import type { JsonObject } from "../../canonical/index.ts";
import type { RenderedError } from "../../exchange/dialect.ts";
import { errorBody, errorFields, errorInfo, quotaFailure, retryInfo } from "./error-details.ts";

/**
 * Google's status words by HTTP status.
 * @source https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto (read 2026-11-25)
 */
const STATUSES: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  405: "UNIMPLEMENTED",
  408: "DEADLINE_EXCEEDED",
  409: "ALREADY_EXISTS",
  413: "INVALID_ARGUMENT",
  415: "INVALID_ARGUMENT",
  426: "FAILED_PRECONDITION",
  429: "RESOURCE_EXHAUSTED",
  431: "INVALID_ARGUMENT",
  499: "CANCELLED",
  500: "INTERNAL",
  502: "UNAVAILABLE",
  503: "UNAVAILABLE",
  504: "DEADLINE_EXCEEDED",
};

/** A gateway's error as this API would say it. */
export function renderError(error: GatewayError, requestId: string): RenderedError {
  return {
    status: ERRORS[error.code].http,
    headers: errorFields(requestId, "gateway", error.retryAfterMs),
    body: JSON.stringify(gatewayEnvelope(error)),
  };
}

/** The client's terminal shows the message alone, so it has to say that the gateway speaks, and how it calls this. */
export function gatewayEnvelope(error: GatewayError): JsonObject {
  const { http, retry } = ERRORS[error.code];
  const message = `Spillway: ${error.message} (${error.code})`;
  // Gemini CLI stops at a long delay, too, and then shows the message rather than words of its own.
  const isFinal = http === 429 && retry === "never" && error.retryAfterMs === undefined;
  return errorBody(http, STATUSES[http] ?? "UNKNOWN", message, [
    errorInfo(error.code),
    ...(isFinal ? [quotaFailure(message)] : []),
    ...retryInfo(error.retryAfterMs),
  ]);
}
