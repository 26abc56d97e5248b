import { type GatewayError, gatewayError } from "../../base/errors.ts";
import type { KeySpeed, RateLimit } from "./key-limits.ts";

/** Clients give up at once when they are to wait for more than a minute. */
const MAX_RETRY_MS = 59_000;
/** When a running request ends nobody knows. */
const RUNNING_RETRY_MS = 5_000;

/** A key, or one of its sessions, that has reached a limit of speed. */
export function rateLimited(
  limit: RateLimit,
  key: { readonly name: string; readonly speed: KeySpeed },
  waitMs: number,
): GatewayError {
  const { speed, name } = key;
  const what = {
    rpm: `${speed.requestsPerMinute} requests a minute`,
    tpm: `${speed.tokensPerMinute} tokens a minute`,
    concurrency: `${speed.concurrency} requests at a time`,
    session_concurrency: `${speed.sessionConcurrency} requests at a time in one session`,
  }[limit];
  const retryAfterMs = Math.min(MAX_RETRY_MS, waitMs === Infinity ? RUNNING_RETRY_MS : waitMs);
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  return gatewayError(
    "rate_limited",
    `The key "${name}" may have ${what} (${limit}), and has them. Repeat the request in ${seconds} s; an owner can change the limit with spillway keys update`,
    { retryAfterMs },
  );
}
