import type { AnswerContext } from "../../../canonical/index.ts";

/**
 * The client's own name for the tool that an answer calls.
 *
 * quirk(gemini): a call may be told in lower case, which clients refuse: `bash` for `Bash`. Others were seen to do it too.
 * source: https://github.com/diegosouzapw/OmniRoute/issues/9568 (read 2026-11-25)
 */
export function clientName(wireName: string, toolNames: AnswerContext["toolNames"]): string {
  return toolNames.get(wireName) ?? anyCase(wireName, toolNames) ?? wireName;
}

/** Undefined where two names differ in nothing but their case. */
function anyCase(wireName: string, toolNames: AnswerContext["toolNames"]): string | undefined {
  const lower = wireName.toLowerCase();
  const alike = [...toolNames].filter(([wire]) => wire.toLowerCase() === lower);
  return alike.length === 1 ? alike[0]?.[1] : undefined;
}
