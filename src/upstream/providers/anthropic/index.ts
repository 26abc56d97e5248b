export { type KeyVerdict, verifyKey } from "./verify-key.ts";

/** The Anthropic API itself: where a caller's own Anthropic credential may go, and nowhere else. */
export const anthropic = {
  id: "anthropic",
  dialect: "anthropic",
  /** @source https://platform.claude.com/docs/en/api/overview (read 2026-11-21) */
  defaultBaseUrl: "https://api.anthropic.com",
} as const;
