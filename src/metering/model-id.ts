/**
 * The name under which a model is priced: without vendor prefix, context suffix, release date or `latest`, dots as dashes.
 *
 * `anthropic/claude-haiku-4.5`, `claude-haiku-4-5-20251001` and `claude-haiku-4-5[1m]` are all `claude-haiku-4-5`.
 */
export function priceName(model: string): string {
  return model
    .toLowerCase()
    .replace(/^anthropic\//, "")
    .replace(/\[1m\]$/, "")
    .replace(/[-@]20[0-9]{6}$/, "")
    .replace(/-latest$/, "")
    .replaceAll(".", "-");
}
