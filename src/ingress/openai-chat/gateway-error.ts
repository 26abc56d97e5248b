import { ERRORS, type ErrorCode, type GatewayError } from "../../base/errors.ts";
import type { JsonObject } from "../../canonical/index.ts";
import type { RenderedError } from "../../exchange/dialect.ts";
import { errorHeaders, errorType, retryHeaders } from "../openai-error.ts";
import { toSse } from "./write-stream.ts";

/** Clients take this type for a limit that no waiting helps against. */
const QUOTA_ERRORS: ReadonlySet<ErrorCode> = new Set([
  "budget_exceeded",
  "daily_limit_reached",
  "price_unknown",
]);

/** The field that a refusal of a body begins with. */
const FIELD = /^(?<path>[a-z_]+(?:\.[a-z_]+|\[\d+\])*): /;

/** A gateway error as the API would say it, before anything was sent. */
export function renderError(error: GatewayError, requestId: string): RenderedError {
  const { http, retry } = ERRORS[error.code];
  return {
    status: http,
    headers: [
      ...errorHeaders(requestId, "gateway"),
      ...retryHeaders(retry === "never", error.retryAfterMs),
    ],
    body: JSON.stringify(envelope(error)),
  };
}

/** The same as the last event of a stream; no `[DONE]` follows, so that the answer does not look whole. */
export function renderStreamError(error: GatewayError): string {
  return toSse(envelope(error));
}

/** Clients show the message alone, so it has to say that the gateway speaks. */
function envelope(error: GatewayError): JsonObject {
  const { code, message } = error;
  const isOfBody = code === "invalid_body" || code === "invalid_parameter";
  const param = isOfBody ? FIELD.exec(message)?.groups?.["path"] : undefined;
  const byStatus = errorType(ERRORS[code].http);
  const type = QUOTA_ERRORS.has(code) ? "insufficient_quota" : byStatus;
  return { error: { message: `Spillway: ${message} (${code})`, type, param: param ?? null, code } };
}
