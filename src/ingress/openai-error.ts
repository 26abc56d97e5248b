import type { HeaderList } from "../base/header-list.ts";
import { retryAfterSeconds } from "./upstream-error.ts";

/** The types that both of OpenAI's APIs have, by status; every other status is a fault of the server. */
const TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "invalid_request_error",
  403: "invalid_request_error",
  404: "invalid_request_error",
  405: "invalid_request_error",
  408: "invalid_request_error",
  409: "invalid_request_error",
  413: "invalid_request_error",
  415: "invalid_request_error",
  426: "invalid_request_error",
  429: "requests",
  431: "invalid_request_error",
};

/** @source https://platform.openai.com/docs/guides/error-codes (read 2026-11-25) */
export function errorType(status: number): string {
  return TYPES[status] ?? "server_error";
}

/** What every error has, whoever made it. */
export function errorHeaders(requestId: string, source: "gateway" | "upstream"): HeaderList {
  return [
    "content-type",
    "application/json",
    "x-request-id",
    requestId,
    "x-spillway-request-id",
    requestId,
    "x-spillway-error-source",
    source,
  ];
}

/** The official clients ask twice more unless they are told that it gains nothing. */
export function retryHeaders(isFinal: boolean, retryAfterMs: number | undefined): HeaderList {
  const never = isFinal ? ["x-should-retry", "false"] : [];
  if (retryAfterMs === undefined) return never;
  return [...never, "retry-after", String(retryAfterSeconds(retryAfterMs))];
}
