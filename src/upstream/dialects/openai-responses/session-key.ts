import { createHash } from "node:crypto";
import { isObject, parseJson } from "../../../base/json.ts";

/** Longer keys are refused. */
const MAX_KEY = 64;
const MAX_USER_ID_BYTES = 4_096;

/**
 * A key for the upstream's prompt cache that stays the same for a session.
 *
 * Claude Code names its session within `metadata.user_id`, as JSON or behind `_session_`; of anything else only a hash
 * leaves the house, for it may name a person.
 */
export function sessionKey(userId: string): string {
  const session = sessionOf(userId);
  if (session !== undefined && /^[\w-]+$/.test(session) && session.length <= MAX_KEY) {
    return session;
  }
  return createHash("sha256").update(userId).digest("hex").slice(0, 32);
}

function sessionOf(userId: string): string | undefined {
  const parsed = parseJson(userId, { maxBytes: MAX_USER_ID_BYTES });
  if (parsed.ok && isObject(parsed.value)) {
    const session = parsed.value["session_id"];
    return typeof session === "string" ? session : undefined;
  }
  return /_session_([\w-]+)$/.exec(userId)?.[1];
}
