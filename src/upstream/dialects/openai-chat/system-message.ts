import type { CanonicalRequest, JsonObject, TextBlock } from "../../../canonical/index.ts";
import type { Lose } from "./losses.ts";
import { formatInstruction } from "./output-format.ts";
import type { ChatTraits } from "./traits.ts";
import { writeContent } from "./write-content.ts";

/**
 * Claude Code's first system block, for Anthropic's own books: it changes with every request, so that a prompt cache of
 * anybody else would never be hit.
 */
const BILLING_LINE = "x-anthropic-billing-header:";

/** The one system message, at the very beginning; none where there is nothing to say. */
export function writeSystem(
  request: CanonicalRequest,
  traits: ChatTraits,
  lose: Lose,
): readonly JsonObject[] {
  const said = request.system.filter(
    ({ text }) => text.trim() !== "" && !text.startsWith(BILLING_LINE),
  );
  const instruction = formatInstruction(request.outputFormat, traits);
  const blocks: readonly TextBlock[] =
    instruction === undefined ? said : [...said, { type: "text", text: instruction }];
  if (blocks.length === 0) return [];
  return [{ role: traits.systemRole, content: writeContent(blocks, traits, lose) }];
}
