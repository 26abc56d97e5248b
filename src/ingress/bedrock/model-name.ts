/** `us.anthropic.claude-opus-4-6-v1`, `anthropic.claude-haiku-4-5-20251001-v1:0`, also within an ARN. */
const CLAUDE = /(?:^|[./])anthropic\.(?<name>claude-.+?)(?:-v[0-9]+(?::[0-9]+)?)?$/;

/** Anthropic's own name for a model that a client calls by Bedrock's; undefined: it is none of theirs. */
export function anthropicName(model: string): string | undefined {
  return CLAUDE.exec(model)?.groups?.["name"];
}
