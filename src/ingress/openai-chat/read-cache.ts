import type { CacheMark } from "../../canonical/index.ts";
import type { Field } from "../field.ts";

/**
 * Anthropic's mark, as servers that sell its models take it in this API.
 * @source https://openrouter.ai/docs/features/prompt-caching (read 2026-11-25)
 */
export function readCache(field: Field): CacheMark | undefined {
  return field.optional(() => {
    const { ttl } = field.object('Send {"type": "ephemeral"}, or leave it out.');
    return { ttl: ttl === "1h" ? "1h" : "5m" };
  });
}
