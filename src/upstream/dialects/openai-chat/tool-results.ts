import type { Block, CacheMark, JsonObject, ToolResultBlock } from "../../../canonical/index.ts";
import type { Lose } from "../shared/losses.ts";
import type { ChatTraits } from "./traits.ts";
import { textsOf } from "./turn-plan.ts";
import { cacheMember, isMediaPart, writePart } from "./write-content.ts";

export interface WrittenResult {
  readonly content: string | readonly JsonObject[];
  /** What a tool message cannot hold: parts for the user message behind all results. */
  readonly media: readonly JsonObject[];
}

/** A result as the content of a tool message, which is text alone. */
export function writeResult(
  result: ToolResultBlock,
  wireId: string,
  traits: ChatTraits,
  lose: Lose,
): WrittenResult {
  const texts: string[] = [];
  const media: JsonObject[] = [];
  for (const block of result.content) {
    if (block.type !== "image" && block.type !== "document") {
      texts.push(...textsOf(block, lose).map(({ text }) => text));
      continue;
    }
    const part = writePart(block, traits, lose);
    if (isMediaPart(part)) {
      const marker = `[${block.type} from tool call ${wireId}]`;
      texts.push(marker);
      media.push({ type: "text", text: marker }, part);
    } else {
      texts.push(String(part["text"]));
    }
  }
  const said = texts.length === 0 ? "(no output)" : texts.join("\n");
  const text = result.isError ? `Error: ${said}` : said;
  const mark = result.cache ?? result.content.map(markOf).findLast((found) => found !== undefined);
  const cache = cacheMember({ cache: mark }, traits);
  const content = "cache_control" in cache ? [{ type: "text", text, ...cache }] : text;
  return { content, media };
}

function markOf(block: Block): CacheMark | undefined {
  return "cache" in block ? block.cache : undefined;
}
