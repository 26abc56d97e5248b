import type {
  Block,
  CacheMark,
  JsonObject,
  ToolResultBlock,
  ToolUseBlock,
} from "../../../canonical/index.ts";
import type { Lose } from "./losses.ts";
import type { ChatTraits } from "./traits.ts";
import { textsOf } from "./turn-plan.ts";
import { cacheMember, isMediaPart, writePart } from "./write-content.ts";

/** A call and what came of it; undefined: the client told nothing, after a compaction for instance. */
export interface AnsweredCall {
  readonly call: ToolUseBlock;
  readonly result: ToolResultBlock | undefined;
}

/** Finds the result of each call. Results without a call come back as orphans, and those without an id go by position. */
export function matchResults(
  calls: readonly ToolUseBlock[],
  results: readonly ToolResultBlock[],
): { readonly answered: readonly AnsweredCall[]; readonly orphans: readonly ToolResultBlock[] } {
  const left = new Set(results);
  const take = (isIt: (result: ToolResultBlock) => boolean): ToolResultBlock | undefined => {
    const found = [...left].find(isIt);
    if (found !== undefined) left.delete(found);
    return found;
  };
  const named = calls.map((call) => take(({ toolUseId }) => toolUseId === call.id));
  const answered = calls.map((call, index) => ({
    call,
    result: named[index] ?? take(({ toolUseId }) => toolUseId === ""),
  }));
  return { answered, orphans: [...left] };
}

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
  const cache = cacheMember({ cache: mark }, traits, lose);
  const content = "cache_control" in cache ? [{ type: "text", text, ...cache }] : text;
  return { content, media };
}

function markOf(block: Block): CacheMark | undefined {
  return "cache" in block ? block.cache : undefined;
}
