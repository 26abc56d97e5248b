import type { JsonObject } from "../../canonical/index.ts";
import { retryAfterSeconds } from "../upstream-error.ts";

const TYPE = "type.googleapis.com/google.rpc.";
const MS_PER_SECOND = 1_000;

/** When to ask again; clients of this API read it here, not in a header. */
export function retryInfo(retryAfterMs: number | undefined): readonly JsonObject[] {
  if (retryAfterMs === undefined) return [];
  return [
    { "@type": `${TYPE}RetryInfo`, retryDelay: `${Math.max(0, retryAfterMs) / MS_PER_SECOND}s` },
  ];
}

/**
 * That asking again is of no use: Gemini CLI repeats every other 429 for minutes.
 * @source https://github.com/google-gemini/gemini-cli/blob/main/packages/core/src/utils/googleQuotaErrors.ts (read 2026-11-25)
 */
export function quotaFailure(description: string): JsonObject {
  return {
    "@type": `${TYPE}QuotaFailure`,
    violations: [{ quotaId: "SpillwayPerDay", description }],
  };
}

/** How the gateway itself calls what went wrong. */
export function errorInfo(reason: string): JsonObject {
  return { "@type": `${TYPE}ErrorInfo`, reason: reason.toUpperCase(), domain: "spillway" };
}

/** The API's envelope. `details` is left out where there are none. */
export function errorBody(
  code: number,
  status: string,
  message: string,
  details: readonly JsonObject[],
): JsonObject {
  return { error: { code, message, status, ...(details.length === 0 ? {} : { details }) } };
}

/** Fields of an answer that is an error. */
export function errorFields(
  requestId: string,
  source: "gateway" | "upstream",
  retryAfterMs: number | undefined,
): string[] {
  const fields = ["content-type", "application/json; charset=UTF-8"];
  fields.push("x-spillway-request-id", requestId, "x-spillway-error-source", source);
  if (retryAfterMs !== undefined) {
    fields.push("retry-after", String(retryAfterSeconds(retryAfterMs)));
  }
  return fields;
}
