import type { UpstreamErrorKind } from "../../../canonical/index.ts";
import { isContextOverflow } from "../shared/context-overflow.ts";
import { statusKind } from "../shared/status-kind.ts";
import { isThinkingRefusal } from "../shared/thinking-refusal.ts";
import type { ErrorWords } from "./error-words.ts";

interface Told extends ErrorWords {
  readonly retryAfterMs: number | undefined;
}

interface Sign {
  readonly kind: UpstreamErrorKind;
  readonly codes: RegExp;
  readonly words?: RegExp;
}

/** What tells a kind in spite of the status: some send every error as 400, some a lack of money as 429. In order. */
const SIGNS: readonly Sign[] = [
  {
    kind: "quota",
    codes: /^(?:insufficient_quota|exceeded_current_quota_error|billing_hard_limit_reached)$/,
    words: /insufficient (?:balance|credit|quota)|credit balance is too low|out of credits/i,
  },
  { kind: "overloaded", codes: /overloaded|^engine_overloaded|^server_busy$/ },
  { kind: "rate_limit", codes: /^rate_limit|^resource_exhausted$|^too_many_requests$/ },
  {
    kind: "authentication",
    codes: /^(?:invalid_api_key|api_key_invalid|authentication_error|unauthenticated)$/,
    words: /(?:incorrect|invalid) api key|api key not valid/i,
  },
  { kind: "not_found", codes: /^(?:model_not_found|deploymentnotfound|not_found_error)$/ },
  // The model, not the client, wrote a call that does not fit; another try may.
  { kind: "server", codes: /^tool_use_failed$/ },
];

/** Codes of a fault of the request, where no status says so. */
const CLIENT_CODE = /^(?:invalid|unsupported|missing|bad_request)/;

/** The kind of an error: by what it says where that is plain, else by its status. Without either it is the server's. */
export function errorKind(status: number | undefined, told: Told): UpstreamErrorKind {
  const isClients = status === undefined || (status >= 400 && status < 500);
  if (status === 402) return "billing";
  if (isClients && status !== 429 && isContextOverflow(told.message, told.codes)) {
    return told.codes.some((code) => code.startsWith("rate_limit"))
      ? "rate_limit"
      : "context_overflow";
  }
  if (isClients && isThinkingRefusal(told.message, told.codes)) return "thinking_refused";
  const sign = SIGNS.find(
    ({ codes, words }) => told.codes.some((code) => codes.test(code)) || words?.test(told.message),
  );
  if (isClients && sign !== undefined) return sign.kind;
  // Google says it of limits that end within the minute, and then tells when.
  const isSpent = /exceeded your current quota/i.test(told.message);
  if (status === 429 && isSpent && told.retryAfterMs === undefined) return "quota";
  if (status === undefined) {
    return told.codes.some((code) => CLIENT_CODE.test(code)) ? "invalid_request" : "server";
  }
  return statusKind(status) ?? (status < 500 ? "invalid_request" : "server");
}
