import type { AnthropicTraits } from "../dialects/anthropic/index.ts";

/** Claude 4.6 and later, with the version written with a dot or a dash, and whatever stands before the name. */
const ADAPTIVE = /claude-[a-z]+-(?:4[.-](?:[6-9]|\d\d)(?!\d)|[5-9])/;

/**
 * What is known of Anthropic's models where somebody else serves them; of other models nothing.
 * @source recorded exchanges, 2026-11: a refusal of "xhigh" names high, low, max and medium.
 */
export function claudeTraits(model: string): Partial<AnthropicTraits> {
  if (!model.includes("claude-")) return {};
  if (!ADAPTIVE.test(model)) return { sampling: "one" };
  return {
    defaultMaxTokens: 32_000,
    thinking: "either",
    efforts: ["low", "medium", "high", "max"],
    sampling: "none",
    takesSchemas: true,
  };
}
