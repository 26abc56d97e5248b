import type { AnthropicTraits } from "../../dialects/anthropic/index.ts";

/** Enough for an agent's longest answers, and below every model's cap. */
const DEFAULT_MAX_TOKENS = 32_000;

const OLDER: AnthropicTraits = {
  defaultMaxTokens: 8_192,
  thinking: "budget",
  efforts: [],
  sampling: "one",
  takesSchemas: false,
  hasSystemTurns: false,
  cachesByItself: true,
};
const OF_4_1: AnthropicTraits = { ...OLDER, takesSchemas: true };
const OF_4_6: AnthropicTraits = {
  defaultMaxTokens: DEFAULT_MAX_TOKENS,
  thinking: "either",
  efforts: ["low", "medium", "high", "max"],
  sampling: "one",
  takesSchemas: true,
  hasSystemTurns: false,
  cachesByItself: true,
};
const OF_4_7: AnthropicTraits = {
  defaultMaxTokens: DEFAULT_MAX_TOKENS,
  thinking: "adaptive",
  efforts: ["low", "medium", "high", "xhigh", "max"],
  sampling: "none",
  takesSchemas: true,
  hasSystemTurns: false,
  cachesByItself: true,
};
const NEWEST: AnthropicTraits = { ...OF_4_7, hasSystemTurns: true };

/**
 * What a model takes, by the version in its id; one that is not known is taken for the newest.
 *
 * @source https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking and /effort (read 2026-11-21),
 * /structured-outputs and /mid-conversation-system-messages (read 2026-11-25)
 */
export function traitsOf(model: string): AnthropicTraits {
  const [, major = "9", minor = "0"] =
    /claude-(?:[a-z]+-)?(\d)(?:[-.](\d)(?!\d))?/.exec(model) ?? [];
  const version = Number(`${major}.${minor}`);
  if (version < 4.1) return OLDER;
  if (version < 4.6) return OF_4_1;
  if (version < 4.7) return OF_4_6;
  return version < 4.8 ? OF_4_7 : NEWEST;
}
