/** True for Anthropic's models, whoever wrote the name. */
export function isClaude(model: string): boolean {
  return model.startsWith("claude-");
}

/**
 * Anthropic's name for a model as Vertex writes it: `claude-haiku-4-5@20251001` of `claude-haiku-4-5-20251001`.
 * @source https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai (read 2026-11-26)
 */
export function vertexName(model: string): string {
  return model.replace(/-(?=20\d{6}$)/, "@");
}

/** The same the other way round: `claude-3-5-sonnet-20241022` of `claude-3-5-sonnet-v2@20241022`. */
export function anthropicName(model: string): string {
  return model.replace(/(?:-v[0-9]+)?@(20\d{6})$/, "-$1").replace(/@default$/, "");
}
