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
