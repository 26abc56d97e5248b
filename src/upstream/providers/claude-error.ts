import type { UpstreamError, UpstreamErrorKind } from "../../canonical/index.ts";

/** An error in Anthropic's own envelope, of a cloud that serves its models. */
export interface ClaudeError {
  readonly status: number;
  readonly body: Buffer;
}

/** @source https://platform.claude.com/docs/en/api/errors (read 2026-11-26) */
const TOLD: Readonly<Record<UpstreamErrorKind, readonly [status: number, type: string]>> = {
  authentication: [401, "authentication_error"],
  permission: [403, "permission_error"],
  billing: [402, "billing_error"],
  not_found: [404, "not_found_error"],
  invalid_request: [400, "invalid_request_error"],
  context_overflow: [400, "invalid_request_error"],
  thinking_refused: [400, "invalid_request_error"],
  too_large: [413, "request_too_large"],
  rate_limit: [429, "rate_limit_error"],
  quota: [429, "rate_limit_error"],
  overloaded: [529, "overloaded_error"],
  timeout: [504, "timeout_error"],
  server: [500, "api_error"],
};

/** By these words clients know that they have to compact the conversation. */
const TOO_LONG = "prompt is too long";

/** What a cloud's error is in Anthropic's API. */
export function claudeError({
  kind,
  message,
}: Pick<UpstreamError, "kind" | "message">): ClaudeError {
  const [status, type] = TOLD[kind];
  const isSaid = kind !== "context_overflow" || message.toLowerCase().includes(TOO_LONG);
  const told = isSaid ? message : `${TOO_LONG}: ${message}`;
  return {
    status,
    body: Buffer.from(JSON.stringify({ type: "error", error: { type, message: told } })),
  };
}
