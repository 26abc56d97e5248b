import type { UpstreamError, UpstreamErrorKind } from "../../../canonical/index.ts";
import { isContextOverflow, overflowTokens } from "../shared/context-overflow.ts";
import { textOf } from "../shared/fields.ts";
import { remedyIn } from "../shared/remedy.ts";
import { waitInText } from "../shared/retry-after.ts";
import { statusKind } from "../shared/status-kind.ts";
import { isThinkingRefusal } from "../shared/thinking-refusal.ts";

/** An error as it was told, in a body or in a stream. */
export interface ToldError {
  readonly status?: number | undefined;
  readonly code?: unknown;
  readonly type?: unknown;
  readonly message?: unknown;
  /** The member of the request that it blames. */
  readonly param?: unknown;
  /** The message where none was told. */
  readonly fallback: string;
}

/**
 * Codes that say more than the status does, by themselves or as a type.
 * @source https://platform.openai.com/docs/guides/error-codes (read 2026-11-25)
 */
const CODES: Readonly<Record<string, UpstreamErrorKind>> = {
  context_length_exceeded: "context_overflow",
  too_many_prompt_tokens: "context_overflow",
  insufficient_quota: "quota",
  usage_limit_reached: "quota",
  usage_not_included: "quota",
  billing_hard_limit_reached: "billing",
  model_not_found: "not_found",
  deploymentnotfound: "not_found",
  invalid_api_key: "authentication",
  authentication_error: "authentication",
  permission_error: "permission",
  rate_limit_exceeded: "rate_limit",
  rate_limit_error: "rate_limit",
  too_many_requests: "rate_limit",
  server_is_overloaded: "overloaded",
  slow_down: "overloaded",
  overloaded_error: "overloaded",
  timeout: "timeout",
  server_error: "server",
};

/** Codes of a request's own faults, where no status says so: `invalid_prompt`, `invalid_request_error`, `unsupported_file`. */
const CLIENT_CODE = /^(?:invalid|unsupported|missing|decimal|integer|string|array|unknown_param)_/;

/** xAI answers a wrong key with a 400, and its code says no more than that. */
const WRONG_KEY = /(?:incorrect|invalid) api[ _-]?key/i;

/** Finds the kind of a failure: a telling code first, then the wording of a full context, then the status. */
export function classify(told: ToldError): UpstreamError {
  const message = textOf(told.message) || told.fallback;
  const kind = kindOf(told, message);
  const tokens = kind === "context_overflow" ? overflowTokens(message) : undefined;
  const retryAfterMs = kind === "rate_limit" ? waitInText(message) : undefined;
  const codes = [told.code, told.type].map((word) => textOf(word).toLowerCase());
  const param = textOf(told.param) || undefined;
  const remedy = kind === "invalid_request" ? remedyIn(message, { codes, param }) : undefined;
  return {
    kind,
    message,
    ...(told.status === undefined ? {} : { status: told.status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(tokens === undefined ? {} : { tokens }),
    ...(remedy === undefined ? {} : { remedy }),
  };
}

function kindOf({ status, code, type }: ToldError, message: string): UpstreamErrorKind {
  const words = [code, type].map((word) => textOf(word).toLowerCase());
  const isClients = status === undefined || (status >= 400 && status < 500);
  for (const word of words) {
    // A proxy may call its own failure anything; a 5xx is no refusal of a request.
    const byCode = Object.hasOwn(CODES, word) ? CODES[word] : undefined;
    if (byCode !== undefined && (isClients || byCode === "overloaded")) return byCode;
  }
  // Limits of speed are told in like words.
  if (isClients && status !== 429 && isContextOverflow(message, words)) return "context_overflow";
  if (isClients && isThinkingRefusal(message, words)) return "thinking_refused";
  if (isClients && WRONG_KEY.test(message)) return "authentication";
  if (status !== undefined) {
    return statusKind(status) ?? (isClients ? "invalid_request" : "server");
  }
  return words.some((word) => CLIENT_CODE.test(word)) ? "invalid_request" : "server";
}
