import { isObject, parseJson } from "../../../base/json.ts";
import type { JsonObject, UpstreamError, UpstreamErrorKind } from "../../../canonical/index.ts";
import { isContextOverflow, overflowTokens } from "../shared/context-overflow.ts";
import { textOf } from "../shared/fields.ts";
import { remedyIn } from "../shared/remedy.ts";
import { durationMs } from "../shared/retry-after.ts";
import { statusKind } from "../shared/status-kind.ts";
import { isThinkingRefusal } from "../shared/thinking-refusal.ts";
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

/** What may be an overflow in truth: whatever it says, it is none where the status says otherwise. */
const FITTING: ReadonlySet<UpstreamErrorKind> = new Set(["invalid_request", "server"]);

/** The meaning of Google's `error` object; the status is undefined for one that came within a stream. */
export function classify(status: number | undefined, error: JsonObject): UpstreamError {
  const inner = unwrap(error);
  const message = typeof inner["message"] === "string" ? inner["message"] : "";
  const code = status ?? countOf(inner["code"]);
  const details = Array.isArray(inner["details"]) ? inner["details"].filter(isObject) : [];
  const plain = kindOf(code, inner["status"], message, details);
  const isOverflow = FITTING.has(plain) && isContextOverflow(message);
  const remedy = plain === "invalid_request" && !isOverflow ? remedyIn(message) : undefined;
  return {
    kind: isOverflow ? "context_overflow" : plain,
    message: message === "" ? "the upstream told no reason" : message,
    status: code,
    retryAfterMs: retryDelay(details),
    tokens: isOverflow ? overflowTokens(message) : undefined,
    ...(remedy === undefined ? {} : { remedy }),
  };
}

function kindOf(
  code: number | undefined,
  status: unknown,
  message: string,
  details: readonly JsonObject[],
): UpstreamErrorKind {
  const reasons = details.map((detail) => detail["reason"]);
  const byCode = code === 400 || code === 422 ? "invalid_request" : statusKind(code);
  const isKnown = typeof status === "string" && Object.hasOwn(BY_STATUS, status);
  const plain = byCode ?? (isKnown ? BY_STATUS[status] : undefined) ?? "server";
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
  if (plain === "invalid_request" && isThinkingRefusal(message)) return "thinking_refused";
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

/** Of a `RetryInfo`. */
function retryDelay(details: readonly JsonObject[]): number | undefined {
  const delays = details.map((detail) => durationMs(textOf(detail["retryDelay"])));
  return delays.find((delay) => delay !== undefined);
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
