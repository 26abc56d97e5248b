import type { KeySettings } from "../../store/key-record.ts";

/** Limits of a key that a request can reach, by the names that people know them by. */
export type RateLimit = "rpm" | "tpm" | "concurrency" | "session_concurrency";

/** How fast a key may go. */
export type KeySpeed = Pick<
  KeySettings,
  "requestsPerMinute" | "tokensPerMinute" | "concurrency" | "sessionConcurrency"
>;

/** Whether a key has any limit of speed. */
export function isLimited(speed: KeySpeed): boolean {
  const { requestsPerMinute, tokensPerMinute, concurrency, sessionConcurrency } = speed;
  const limits = [requestsPerMinute, tokensPerMinute, concurrency, sessionConcurrency];
  return limits.some((limit) => limit !== undefined);
}

export function isSameSpeed(one: KeySpeed, other: KeySpeed): boolean {
  return (
    one.requestsPerMinute === other.requestsPerMinute &&
    one.tokensPerMinute === other.tokensPerMinute &&
    one.concurrency === other.concurrency &&
    one.sessionConcurrency === other.sessionConcurrency
  );
}
