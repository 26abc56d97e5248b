import { isObject, parseJson } from "../../../base/json.ts";
import type { JsonObject, UpstreamError, UpstreamErrorKind } from "../../../canonical/index.ts";
import { countOf } from "./read-usage.ts";

/** Of Google's status words; used where the HTTP status does not say more. */
const BY_STATUS: Readonly<Record<string, UpstreamErrorKind>> = {
  UNAUTHENTICATED: "authentication",
  PERMISSION_DENIED: "permission",
  NOT_FOUND: "not_found",
  INVALID_ARGUMENT: "invalid_request",
  FAILED_PRECONDITION: "invalid_request",
  OUT_OF_RANGE: "invalid_request",
  RESOURCE_EXHAUSTED: "rate_limit",
  UNAVAILABLE: "overloaded",
  DEADLINE_EXCEEDED: "timeout",
  CANCELLED: "timeout",
};

const BY_CODE: Readonly<Record<number, UpstreamErrorKind>> = {
  400: "invalid_request",
  401: "authentication",
  402: "billing",
  403: "permission",
  404: "not_found",
  408: "timeout",
  413: "too_large",
  422: "invalid_request",
  429: "rate_limit",
  499: "timeout",
  503: "overloaded",
  504: "timeout",
  529: "overloaded",
};

const OVERFLOW =
  /input token count\s*(?:\((\d+)\))?.*?maximum number of tokens allowed\s*\(?(\d+)/is;

/** The meaning of Google's `error` object; the status is undefined for one that came within a stream. */
export function classify(status: number | undefined, error: JsonObject): UpstreamError {
  const inner = unwrap(error);
  const message = typeof inner["message"] === "string" ? inner["message"] : "";
  const code = status ?? countOf(inner["code"]);
  const details = Array.isArray(inner["details"]) ? inner["details"].filter(isObject) : [];
  const overflow = OVERFLOW.exec(message);
  const asked = countOf(overflow?.[1]);
  const limit = countOf(overflow?.[2]);
  const kind =
    overflow === null ? kindOf(code, inner["status"], message, details) : "context_overflow";
  return {
    kind,
    message: message === "" ? "the upstream told no reason" : message,
    status: code,
    retryAfterMs: retryDelay(details),
    tokens: asked === undefined || limit === undefined ? undefined : { asked, limit },
  };
}

function kindOf(
  code: number | undefined,
  status: unknown,
  message: string,
  details: readonly JsonObject[],
): UpstreamErrorKind {
  const reasons = details.map((detail) => detail["reason"]);
  const byCode = BY_CODE[code ?? 0];
  const plain = byCode ?? BY_STATUS[String(status)] ?? "server";
  // A bad key is a 400 here.
  if (
    reasons.includes("API_KEY_INVALID") ||
    /api key (?:not valid|not found|expired)/i.test(message)
  ) {
    return "authentication";
  }
  if (
    reasons.includes("BILLING_DISABLED") ||
    (plain !== "server" && /enable billing/i.test(message))
  ) {
    return "billing";
  }
  if (plain === "rate_limit" && details.some(isLongQuota)) return "quota";
  if (plain === "invalid_request" && /payload size exceeds/i.test(message)) return "too_large";
  if (plain === "invalid_request" && /location is not supported/i.test(message))
    return "permission";
  return plain;
}

/** A quota by the day does not come back while anybody waits. */
function isLongQuota(detail: JsonObject): boolean {
  const violations = detail["violations"];
  return (
    Array.isArray(violations) &&
    violations.some(
      (violation) => isObject(violation) && /PerDay/i.test(String(violation["quotaId"])),
    )
  );
}

/** `34.4s` in a `RetryInfo`. */
function retryDelay(details: readonly JsonObject[]): number | undefined {
  const delays = details.map((detail) =>
    /^(\d{1,9}(?:\.\d{1,9})?)s$/.exec(String(detail["retryDelay"])),
  );
  const seconds = delays.find((delay) => delay !== null)?.[1];
  return seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1_000);
}

/** Hops in between put a whole error body into the message as JSON text. */
function unwrap(error: JsonObject, depth = 0): JsonObject {
  const { message } = error;
  if (depth > 2 || typeof message !== "string" || !message.trimStart().startsWith("{"))
    return error;
  const parsed = parseJson(message, { maxBytes: 2 ** 20 });
  const inner = parsed.ok && isObject(parsed.value) ? parsed.value["error"] : undefined;
  return isObject(inner) ? unwrap(inner, depth + 1) : error;
}
