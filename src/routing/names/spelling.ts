/** One way in which the same model is written otherwise. */
interface Rule {
  readonly pattern: RegExp;
  readonly instead: string;
}

/**
 * Spellings of Claude's models that other APIs have, and Anthropic's own has not: OpenRouter's vendor in front and dots,
 * Bedrock's region, vendor and revision, Vertex's date behind an @.
 * @source https://platform.claude.com/docs/en/about-claude/models/overview, the column of each API (read 2026-11-26)
 */
const TO_ANTHROPIC: readonly Rule[] = [
  { pattern: /^(?:[a-z]{2,6}\.)?anthropic[/.](?=claude)/, instead: "" },
  { pattern: /(?<=-20\d{6})-v\d+(?::\d+)?$|-v\d+:\d+$/, instead: "" },
  { pattern: /@(?=20\d{6}$)/, instead: "-" },
  { pattern: /(?<=\d)\.(?=\d)/g, instead: "-" },
];

/** What makes no difference when a name is looked for: the client's mark of a long context, a date, the order of words. */
const TO_KEY: readonly Rule[] = [
  { pattern: /\[1m\]$/, instead: "" },
  ...TO_ANTHROPIC,
  { pattern: /[-@](?:20\d{6}|20\d{2}-\d{2}-\d{2})$/, instead: "" },
  { pattern: /-latest$/, instead: "" },
  { pattern: /^claude-(\d+(?:-\d+)?)-(opus|sonnet|haiku)$/, instead: "claude-$2-$1" },
];

/** Names with the same key are spellings of one another: `anthropic/claude-sonnet-4.6` and `claude-sonnet-4-6-20260217`. */
export function spellingKey(name: string): string {
  return rewrite(name.toLowerCase(), TO_KEY);
}

/** A Claude model as Anthropic writes it; undefined where it is written so, or as nothing that is known. */
export function asAnthropicWrites(name: string, known: readonly string[]): string | undefined {
  if (!/claude/i.test(name) || known.includes(name)) return undefined;
  const written = rewrite(name.toLowerCase(), TO_ANTHROPIC);
  if (!written.startsWith("claude")) return undefined;
  const key = spellingKey(name);
  const turned = /^claude-\d/.test(written)
    ? known.find((id) => spellingKey(id) === key)
    : undefined;
  const found = turned ?? written;
  return found === name ? undefined : found;
}

function rewrite(name: string, rules: readonly Rule[]): string {
  return rules.reduce((text, { pattern, instead }) => text.replace(pattern, instead), name);
}
