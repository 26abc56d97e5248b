/** Of a request that is not a client's own: what comes back is read here, whole. */
export const PLAIN_FIELDS = [
  "accept",
  "application/json",
  "accept-encoding",
  "identity",
  "user-agent",
  "spillway",
] as const;

/** Beside them, where a body goes along. */
export const JSON_BODY = ["content-type", "application/json"] as const;
