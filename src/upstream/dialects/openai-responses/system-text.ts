import type { TextBlock } from "../../../canonical/index.ts";

/**
 * Claude Code's first system block, which changes with every request: it means nothing to other makers, and would keep
 * their prompt caches from ever being hit.
 */
const BILLING_HEADER = /^x-anthropic-billing-header:[^\n]*\n?/;

/** The system prompt as one text; undefined where there is none. */
export function instructionsOf(system: readonly TextBlock[]): string | undefined {
  const texts = system
    .map(({ text }) => text.replace(BILLING_HEADER, ""))
    .filter((text) => text.trim() !== "");
  return texts.length === 0 ? undefined : texts.join("\n\n");
}

/** A system turn's text as a user turn can carry it: hoisting it would rewrite the cached start of the conversation. */
export function asReminder(text: string): string {
  if (text.startsWith("<system-reminder>")) return text;
  return `<system-reminder>\n${text}\n</system-reminder>`;
}
