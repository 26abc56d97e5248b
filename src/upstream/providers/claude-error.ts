import type { UpstreamError, UpstreamErrorKind } from "../../canonical/index.ts";

/** What a cloud that serves Claude fails with, as Anthropic's API says the same. */
export interface ClaudeError {
  readonly status: number;
  readonly type: string;
  readonly message: string;
}

/** @source https://platform.claude.com/docs/en/api/errors (read 2026-11-26) */
const TOLD: Readonly<Record<UpstreamErrorKind, Omit<ClaudeError, "message">>> = {
  authentication: { status: 401, type: "authentication_error" },
  permission: { status: 403, type: "permission_error" },
  billing: { status: 402, type: "billing_error" },
  not_found: { status: 404, type: "not_found_error" },
  invalid_request: { status: 400, type: "invalid_request_error" },
  context_overflow: { status: 400, type: "invalid_request_error" },
  thinking_refused: { status: 400, type: "invalid_request_error" },
  too_large: { status: 413, type: "request_too_large" },
  rate_limit: { status: 429, type: "rate_limit_error" },
  quota: { status: 429, type: "rate_limit_error" },
  overloaded: { status: 529, type: "overloaded_error" },
  timeout: { status: 504, type: "timeout_error" },
  server: { status: 500, type: "api_error" },
};

/** By these words clients know that they have to compact the conversation. */
const TOO_LONG = "prompt is too long";

export function claudeError({
  kind,
  message,
}: Pick<UpstreamError, "kind" | "message">): ClaudeError {
  const isSaid = kind !== "context_overflow" || message.toLowerCase().includes(TOO_LONG);
  return { ...TOLD[kind], message: isSaid ? message : `${TOO_LONG}: ${message}` };
}

/** Anthropic's envelope. */
export function claudeEnvelope({ type, message }: Omit<ClaudeError, "status">): string {
  return JSON.stringify({ type: "error", error: { type, message } });
}
