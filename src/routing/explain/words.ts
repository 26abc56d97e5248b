import type { ErrorCode } from "../../base/errors.ts";
import type { FailureKind } from "../failure/verdict.ts";

/** Why a place was not asked, in one word each, and what the word means. Every word has an example among the goldens. */
export const LEFT_OUT = {
  residency: "the content may not be processed there",
  allow_list: "the key's list of models does not have it",
  operation: "it cannot do what is asked for",
  content: "its model does not take what is in the request",
  size: "the prompt does not fit into its window",
  no_credential: "nobody would pay for it",
  no_substitute: "no substitute is named for this family of models",
  nearly_full: "the plan is nearly full, and spared",
  session_full: "the plan is full",
  resting: "it failed too often, and is left alone",
  probed: "it failed too often, and another request is finding out whether it answers",
  dead_key: "the provider refuses this key",
  budget: "a budget has not enough left",
  daily_limit: "the requests of the day are used up",
  no_price: "a budget cannot be kept, for its price is not known",
  busy: "its limits leave no room now",
} as const;
export type LeftOut = keyof typeof LEFT_OUT;

/** How an attempt fails, in one word each, and what the word means. */
export const FAILED: Readonly<Record<FailureKind, string>> = {
  unreachable: "no connection came about",
  reset: "the connection broke off before the answer was whole",
  timeout: "nothing came within the time that is waited",
  slow: "no answer began within `routing.slowStart.firstToken`",
  malformed: "what came is no answer",
  overloaded: "the provider is overloaded",
  server: "the provider failed",
  rate_limit: "too many requests for now",
  quota: "the plan, or the credit, is used up",
  authentication: "the credential is not taken",
  permission: "the credential may not do this",
  billing: "nobody pays for the credential",
  unsayable: "the request cannot be said in this provider's dialect",
  not_found: "there is no such model there",
  invalid_request: "the request is refused as it is",
  context_overflow: "the prompt is too long",
  thinking_refused: "earlier thinking is not taken back",
  too_large: "the body is too large",
};

/** What a candidate's turn came to: an answer, a failure, or nothing that is held against anybody. */
export type Came = "ok" | "unknown" | FailureKind | LeftOut | ErrorCode;

const OF_ERRORS: Partial<Readonly<Record<ErrorCode, LeftOut>>> = {
  residency_refused: "residency",
  model_not_allowed: "allow_list",
  operation_not_supported: "operation",
  credential_missing: "no_credential",
  no_substitute: "no_substitute",
  budget_exceeded: "budget",
  daily_limit_reached: "daily_limit",
  price_unknown: "no_price",
  upstream_busy: "busy",
};

/** The word for an error by which a place was left out; the error's own code where there is none. */
export function leftOutBy(code: ErrorCode): LeftOut | ErrorCode {
  return OF_ERRORS[code] ?? code;
}
