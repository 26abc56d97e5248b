import { anthropicProvider } from "../anthropic-provider.ts";
import { claudeTraits } from "../claude-traits.ts";
import { eitherField } from "../provider.ts";

/** Any server that speaks Anthropic's Messages: its URL and, where it asks for one, its key come from the configuration. */
export const provider = anthropicProvider({
  id: "anthropic-compatible",
  defaultBaseUrl: undefined,
  needsKey: false,
  authorize: eitherField,
  traitsOf: claudeTraits,
});
