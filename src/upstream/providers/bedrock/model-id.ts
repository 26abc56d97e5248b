/**
 * In front of a model's id stands the geography of a profile that spreads over several regions.
 * @source https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html (read 2026-11-26)
 */
const GEOGRAPHY = /^(?:[a-z]{2,4}|global|us-gov)\.(?=[a-z0-9]+\.)/;

/** The model itself: `anthropic.claude-sonnet-4-5-20250929-v1:0` of `us.anthropic.claude-sonnet-4-5-20250929-v1:0`. */
export function withoutGeography(model: string): string {
  return model.replace(GEOGRAPHY, "");
}

/** True where the id, or the resource that it names, says that the model is Anthropic's. */
export function isClaude(model: string): boolean {
  return /(?:^|[./])anthropic\.claude/.test(model);
}

/**
 * What is asked for, of a model's own id, a profile or the ARN of either; undefined: what was made to measure, such as an
 * application's profile, does not say what is behind it.
 */
export function profileOf(model: string): string | undefined {
  if (!model.startsWith("arn:")) return model;
  return /:(?:foundation-model|inference-profile)\/(.+)$/.exec(model)?.[1];
}

/** Anthropic's own name for a Claude: `claude-opus-4-6` of `us.anthropic.claude-opus-4-6-v1`; undefined: it is none. */
export function claudeName(model: string): string | undefined {
  return /(?:^|[./])(?:anthropic\.)?(claude-.+?)(?:-v\d+(?::\d+)?)?$/.exec(model)?.[1];
}
