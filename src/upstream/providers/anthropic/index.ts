import type { HeaderList } from "../../../base/header-list.ts";
import type { Secret } from "../../../base/secret.ts";
import { anthropicMessages } from "../../dialects/anthropic/index.ts";
import { type BoundDialect, bindDialect } from "../../dialects/bind.ts";
import { countWith, MESSAGES_COUNT } from "../../dialects/count.ts";
import { factsOf } from "../../model-facts.ts";
import { traitsOf } from "./traits.ts";

export { traitsOf };

/** The Anthropic API itself: where a caller's own Anthropic credential may go, and nowhere else. */
export const anthropic = {
  id: "anthropic",
  /** @source https://platform.claude.com/docs/en/api/overview (read 2026-11-21) */
  defaultBaseUrl: "https://api.anthropic.com",
  /** @source https://platform.claude.com/docs/en/api/models-list (read 2026-11-24) */
  checkPath: "/v1/models?limit=1",
  fields: ["anthropic-version", "2023-06-01"],
  dialectFor: (model: string): BoundDialect => {
    const { contextTokens, outputTokens } = factsOf("anthropic", model);
    const traits = { ...traitsOf(model), maxOutputTokens: outputTokens };
    const dialect = bindDialect(anthropicMessages, traits);
    return { ...dialect, contextTokens, counter: countWith(dialect, MESSAGES_COUNT) };
  },
  authorize: (key: Secret): HeaderList => ["x-api-key", key.reveal()],
} as const;
