import type { TextBlock } from "../../../canonical/index.ts";

/**
 * Claude Code's first system block, for Anthropic's own books: it changes with every request, so that a prompt cache of
 * anybody else would never be hit.
 */
const BILLING_HEADER = /^x-anthropic-billing-header:[^\n]*\n?/;

/** What a system prompt says to another maker's model. */
export function spokenSystem(system: readonly TextBlock[]): readonly TextBlock[] {
  return system
    .map((block) => ({ ...block, text: block.text.replace(BILLING_HEADER, "") }))
    .filter(({ text }) => text.trim() !== "");
}

/**
 * The text of a system turn as a user turn can carry it, marked as coding agents do it themselves. At the top it would change
 * the cached beginning of every later request.
 */
export function asReminder(text: string): string {
  return text.startsWith("<system-reminder>")
    ? text
    : `<system-reminder>\n${text}\n</system-reminder>`;
}
