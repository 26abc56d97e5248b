import { ERRORS, type ErrorCode, type GatewayError } from "../../base/errors.ts";
import type { JsonObject } from "../../canonical/index.ts";
import type { RenderedError } from "../../exchange/dialect.ts";
import { errorHeaders, errorType, retryHeaders } from "../openai-error.ts";
import { toSse } from "./sse.ts";

/** Codes of the API's own for what clients act on. All other errors have the gateway's. */
const CODES: Readonly<Partial<Record<ErrorCode, string>>> = {
  key_required: "invalid_api_key",
  key_unknown: "invalid_api_key",
  key_revoked: "invalid_api_key",
  key_expired: "invalid_api_key",
  budget_exceeded: "insufficient_quota",
  daily_limit_reached: "insufficient_quota",
  price_unknown: "insufficient_quota",
  upstream_failed: "server_error",
  // Codex waits as long as the message says.
  rate_limited: "rate_limit_exceeded",
  upstream_busy: "rate_limit_exceeded",
};

/**
 * What no repetition mends is said as a prompt that is refused: Codex asks five times more after every status but 400, and
 * shows the message alone by this code only.
 * @source https://github.com/openai/codex, codex-rs/codex-api/src/api_bridge.rs at 02fbf02 (read 2026-11-26), and Codex 0.169
 */
const ENDS_AT_ONCE: ReadonlySet<ErrorCode> = new Set([
  "stored_key_refused",
  "credential_missing",
  "model_not_allowed",
  "residency_refused",
  "body_too_large",
  "unsupported_encoding",
]);

/** A refusal of a body begins with the path of what is wrong in it. */
const PARAM = /^(?<param>[a-z_][\w.[\]]*): /;
const STORED: ReadonlySet<string> = new Set(["previous_response_id", "conversation"]);

/** A gateway's error as the API would say it. */
export function renderError(error: GatewayError, requestId: string): RenderedError {
  const { http, retry } = ERRORS[error.code];
  return {
    status: ENDS_AT_ONCE.has(error.code) ? 400 : http,
    headers: [
      ...errorHeaders(requestId, "gateway"),
      ...retryHeaders(retry === "never", error.retryAfterMs),
    ],
    body: JSON.stringify({ error: told(error) }),
  };
}

/**
 * The end of a stream that cannot go on. Clients take a stream without an end for a broken connection, and some go on
 * only by the code, so it ends as an answer that failed.
 */
export function renderStreamError(error: GatewayError): string {
  const { code, message } = told(error);
  const response = {
    object: "response",
    status: "failed",
    error: { code, message },
    incomplete_details: null,
    output: [],
    usage: null,
  };
  return toSse({ type: "response.failed", response });
}

function told(error: GatewayError): JsonObject {
  const param = paramOf(error);
  const code = codeOf(error, param);
  const type = errorType(ERRORS[error.code].http);
  return {
    // A terminal shows the message alone, so it has to say that the gateway speaks, and how it calls this.
    message: `Spillway: ${error.message} (${error.code})`,
    type: code === "insufficient_quota" ? code : type,
    param,
    code,
  };
}

function paramOf({ code, message }: GatewayError): string | null {
  if (code !== "invalid_body") return null;
  return PARAM.exec(message)?.groups?.["param"] ?? null;
}

function codeOf({ code }: GatewayError, param: string | null): string {
  if (param !== null) return STORED.has(param) ? "previous_response_not_found" : "invalid_value";
  return ENDS_AT_ONCE.has(code) ? "invalid_prompt" : (CODES[code] ?? code);
}
