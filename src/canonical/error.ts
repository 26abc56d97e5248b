import type { Remedy } from "./remedy.ts";

/** What kind of failure an upstream told of; each client dialect has its own word and status for it. */
export type UpstreamErrorKind =
  | "authentication"
  | "permission"
  | "billing"
  | "not_found"
  | "invalid_request"
  | "context_overflow"
  /** Earlier thinking is not taken back; without it the request would be answered. */
  | "thinking_refused"
  | "too_large"
  | "rate_limit"
  | "quota"
  | "overloaded"
  | "timeout"
  | "server";

/** What was asked for and what a model has room for. */
export interface OverflowTokens {
  readonly asked: number;
  readonly limit: number;
  /** The part of what was asked that is room for the answer; undefined where that is not told. */
  readonly answer?: number | undefined;
}

/** An upstream's failure, free of its spelling. */
export interface UpstreamError {
  readonly kind: UpstreamErrorKind;
  /** Its own words; may be shown where the credential was the caller's. */
  readonly message: string;
  /** HTTP status, where there was one. */
  readonly status?: number | undefined;
  readonly retryAfterMs?: number | undefined;
  /** Of a context overflow, where the upstream tells them. */
  readonly tokens?: OverflowTokens | undefined;
  /** Undefined where no change is known that would help. */
  readonly remedy?: Remedy | undefined;
}
