import type { Block, JsonObject, ToolResultBlock, ToolUseBlock } from "../../../canonical/index.ts";
import { writeOpaque } from "../shared/opaque-text.ts";
import { isMediaPart, writeMedia } from "./media.ts";
import { wireName } from "./tool-names.ts";
import type { ContentsContext } from "./write-contents.ts";

interface WrittenResult {
  readonly response: JsonObject;
  /** Media that have to stand in a turn behind all responses, with a text that says whose they are. */
  readonly beside: readonly JsonObject[];
}

/** A tool's result as the part that answers its call. */
export function writeResult(
  call: ToolUseBlock,
  result: ToolResultBlock,
  context: ContentsContext,
): WrittenResult {
  const parts = result.content.flatMap((block) => resultParts(block, context));
  const media = parts.filter(isMediaPart);
  const texts = parts.flatMap(({ text }) =>
    typeof text === "string" && text !== "" ? [text] : [],
  );
  const name = wireName(call.name);
  const isWithin = media.length > 0 && context.traits.toolResultMedia === "in-response";
  const isBeside = media.length > 0 && !isWithin;
  if (isBeside) texts.push("[the media of this result follow in the next message]");
  return {
    response: {
      functionResponse: {
        ...(context.traits.callIds && call.id !== "" ? { id: call.id } : {}),
        name,
        response: responseOf(result, texts, isWithin),
        ...(isWithin ? { parts: media } : {}),
      },
    },
    beside: isBeside ? [{ text: `[media of the result of ${name}]` }, ...media] : [],
  };
}

/** Always an object: the wire knows no bare strings here. */
function responseOf(
  result: ToolResultBlock,
  texts: readonly string[],
  hasMedia: boolean,
): JsonObject {
  const text = texts.join("\n");
  if (result.isError) return { error: text === "" ? "(no output)" : text };
  if (text === "" && hasMedia) return {};
  return { output: text === "" ? "(no output)" : text };
}

function resultParts(block: Block, { traits, lose }: ContentsContext): readonly JsonObject[] {
  switch (block.type) {
    case "text":
      return [{ text: block.text }];
    case "image":
    case "document":
      return [writeMedia(block, traits, lose)];
    case "opaque": {
      const text = writeOpaque(block, lose);
      return text === undefined ? [] : [{ text }];
    }
    default:
      lose(`content[].${block.type}`);
      return [];
  }
}
