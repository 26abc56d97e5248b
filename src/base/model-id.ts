/**
 * The name that a model's editions have in common: without vendor prefix, context suffix, release date or `latest`, dots as dashes.
 *
 * `anthropic/claude-haiku-4.5`, `claude-haiku-4-5-20251001` and `claude-haiku-4-5[1m]` are all `claude-haiku-4-5`;
 * `gpt-5-2025-08-07` is `gpt-5`.
 */
export function plainModelId(model: string): string {
  return spelling(model)
    .replace(/^anthropic\//, "")
    .replace(/\[1m\]$/, "")
    .replace(/[-@](?:20[0-9]{6}|20[0-9]{2}-[0-9]{2}-[0-9]{2})$/, "")
    .replace(/-latest$/, "");
}

/** A model id as it is compared: `GPT-5.5` and `gpt-5-5` are the same. */
export function spelling(model: string): string {
  return model.toLowerCase().replaceAll(".", "-");
}
