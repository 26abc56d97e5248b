import type { HeaderList } from "../../../base/header-list.ts";
import type { Secret } from "../../../base/secret.ts";

/** The Anthropic API itself: where a caller's own Anthropic credential may go, and nowhere else. */
export const anthropic = {
  id: "anthropic",
  dialect: "anthropic",
  /** @source https://platform.claude.com/docs/en/api/overview (read 2026-11-21) */
  defaultBaseUrl: "https://api.anthropic.com",
  /** @source https://platform.claude.com/docs/en/api/models-list (read 2026-11-24) */
  checkPath: "/v1/models?limit=1",
  authorize: (key: Secret): HeaderList => [
    "anthropic-version",
    "2023-06-01",
    "x-api-key",
    key.reveal(),
  ],
} as const;
