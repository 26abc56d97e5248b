import type { CanonicalRequest, JsonObject, TextBlock } from "../../../canonical/index.ts";
import type { Lose } from "../shared/losses.ts";
import { spokenSystem } from "../shared/system-text.ts";
import { formatInstruction } from "./output-format.ts";
import type { ChatTraits } from "./traits.ts";
import { writeContent } from "./write-content.ts";

/** The one system message, at the very beginning; none where there is nothing to say. */
export function writeSystem(
  request: CanonicalRequest,
  traits: ChatTraits,
  lose: Lose,
): readonly JsonObject[] {
  const said = spokenSystem(request.system);
  const instruction = formatInstruction(request.outputFormat, traits);
  const blocks: readonly TextBlock[] =
    instruction === undefined ? said : [...said, { type: "text", text: instruction }];
  if (blocks.length === 0) return [];
  return [{ role: traits.systemRole, content: writeContent(blocks, traits, lose) }];
}
