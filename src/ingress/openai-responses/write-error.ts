import type { JsonObject, UpstreamError, UpstreamErrorKind } from "../../canonical/index.ts";
import type { AnswerFacts, RenderedError } from "../../exchange/dialect.ts";
import { errorHeaders, retryHeaders } from "../openai-error.ts";
import { isOwnCredential, OWN_CREDENTIAL_MESSAGE } from "../upstream-error.ts";
import { madeAtSeconds } from "./request-id.ts";

interface Spec {
  readonly status: number;
  readonly type: string;
  readonly code: string;
  /** A repetition gains nothing; SDKs ask twice more unless they are told so. */
  readonly isFinal?: true;
}

const REFUSED = "invalid_request_error";
const FAILED = "server_error";

/**
 * The API's own status, type and code for each kind of failure. Codex goes by the codes: it compacts, waits or gives up.
 * @source https://platform.openai.com/docs/guides/error-codes (read 2026-11-25)
 */
const SPECS: Readonly<Record<UpstreamErrorKind, Spec>> = {
  authentication: { status: 401, type: REFUSED, code: "invalid_api_key", isFinal: true },
  permission: { status: 403, type: REFUSED, code: "permission_denied", isFinal: true },
  billing: {
    status: 429,
    type: "insufficient_quota",
    code: "insufficient_quota",
    isFinal: true,
  },
  not_found: { status: 404, type: REFUSED, code: "model_not_found", isFinal: true },
  invalid_request: { status: 400, type: REFUSED, code: "invalid_prompt", isFinal: true },
  context_overflow: {
    status: 400,
    type: REFUSED,
    code: "context_length_exceeded",
    isFinal: true,
  },
  thinking_refused: {
    status: 400,
    type: REFUSED,
    code: "invalid_encrypted_content",
    isFinal: true,
  },
  too_large: { status: 413, type: REFUSED, code: "request_too_large", isFinal: true },
  rate_limit: { status: 429, type: "requests", code: "rate_limit_exceeded" },
  quota: { status: 429, type: "insufficient_quota", code: "insufficient_quota", isFinal: true },
  overloaded: { status: 503, type: FAILED, code: "server_is_overloaded" },
  timeout: { status: 504, type: FAILED, code: "timeout" },
  server: { status: 500, type: FAILED, code: FAILED },
};

/** Codex calls this kind by its type, and shows when it ends. */
const LIMIT_REACHED: Spec = {
  status: 429,
  type: "usage_limit_reached",
  code: "usage_limit_reached",
  isFinal: true,
};

/** A client that is answered 401 logs its user out, and the user can do nothing about the gateway's credential. */
const OWN_CREDENTIAL_REFUSED: Spec = { status: 502, type: FAILED, code: FAILED, isFinal: true };

const MS_PER_SECOND = 1_000;
/** How Codex reads a wait out of a message. */
const SAYS_WAIT = /try again in\s*\d+(?:\.\d+)?\s*(?:ms|s)/i;

/** An upstream's failure in the API's own words, status and headers. */
export function writeError(error: UpstreamError, facts: AnswerFacts): RenderedError {
  const { status, type, code, isFinal } = specOf(error, facts);
  const { retryAfterMs } = error;
  const resets = type === LIMIT_REACHED.type ? resetOf(retryAfterMs ?? 0, facts) : {};
  const told = { message: messageOf(error, facts), type, param: null, code, ...resets };
  const headers = [
    ...errorHeaders(facts.requestId, "upstream"),
    ...retryHeaders(isFinal === true, retryAfterMs),
  ];
  return { status, headers, body: JSON.stringify({ error: told }) };
}

/** Codex shows the time, older ones the wait. */
function resetOf(retryAfterMs: number, { requestId }: AnswerFacts): JsonObject {
  const seconds = Math.ceil(retryAfterMs / MS_PER_SECOND);
  return { resets_in_seconds: seconds, resets_at: madeAtSeconds(requestId) + seconds };
}

/**
 * The same without a status, as a stream's last event has it. There Codex gives up at an overload, which by its status it
 * gets over; an answer that began had room.
 */
export function failureOf(error: UpstreamError, facts: AnswerFacts): JsonObject {
  const { code } = specOf(error, facts);
  return { code: error.kind === "overloaded" ? FAILED : code, message: messageOf(error, facts) };
}

function specOf(error: UpstreamError, facts: AnswerFacts): Spec {
  if (isOwnCredential(error, facts)) return OWN_CREDENTIAL_REFUSED;
  return error.kind === "quota" && error.retryAfterMs !== undefined
    ? LIMIT_REACHED
    : SPECS[error.kind];
}

function messageOf(error: UpstreamError, facts: AnswerFacts): string {
  if (isOwnCredential(error, facts)) return OWN_CREDENTIAL_MESSAGE;
  const { kind, message, retryAfterMs } = error;
  if (kind !== "rate_limit" || retryAfterMs === undefined || SAYS_WAIT.test(message))
    return message;
  return `${message} Please try again in ${(retryAfterMs / MS_PER_SECOND).toFixed(3)}s.`;
}
