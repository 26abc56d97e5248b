import type { Resale } from "./provider.ts";

/** Models before Sonnet 4.5 cost the same wherever a cloud processes them. */
const WITHOUT_PREMIUM = /^claude-(?:instant|[23]|(?:opus|sonnet)-4(?:-[01])?(?:-20\d{6})?$)/;

/**
 * Claude costs at a cloud what Anthropic takes, and a tenth more where it stays in a region or geography.
 * @source https://platform.claude.com/docs/en/about-claude/pricing and /build-with-claude/claude-on-vertex-ai (read 2026-11-26)
 */
export function claudeResale(model: string, isGlobal: boolean): Resale {
  const hasPremium = !isGlobal && !WITHOUT_PREMIUM.test(model);
  return { kind: "anthropic", model, percent: hasPremium ? 110 : 100 };
}
