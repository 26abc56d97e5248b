import type {
  Block,
  DocumentBlock,
  ImageBlock,
  JsonObject,
  ToolResultBlock,
} from "../../../canonical/index.ts";
import type { Lose } from "../shared/losses.ts";
import { dataUrl, detailOf, titledText } from "../shared/media.ts";
import { writeOpaque } from "../shared/opaque-text.ts";
import type { ResponsesTraits } from "./traits.ts";

/** What stands in a user turn, as the parts of an input message. */
export function inputParts(
  content: readonly Block[],
  traits: ResponsesTraits,
  lose: Lose,
): readonly JsonObject[] {
  return content.flatMap((block): readonly JsonObject[] => {
    switch (block.type) {
      case "text":
        return textPart(block.text);
      case "image":
        return imagePart(block, traits, lose);
      case "document":
        return documentPart(block, traits, lose);
      case "opaque":
        return textPart(writeOpaque(block, lose) ?? "");
      default:
        lose(`content[].${block.type}`);
        return [];
    }
  });
}

/** A tool's output, and the parts that have no place in it and belong into the message behind all outputs. */
export interface WrittenOutput {
  readonly output: string | readonly JsonObject[];
  readonly moved: readonly JsonObject[];
}

/** An error has no mark of its own in this dialect, so its text says it. */
export function toolOutput(
  result: ToolResultBlock,
  traits: ResponsesTraits,
  lose: Lose,
): WrittenOutput {
  const parts = inputParts(result.content, traits, lose);
  const isText = (part: JsonObject) => part["type"] === "input_text";
  const media = parts.filter((part) => !isText(part));
  const mark = result.isError ? "Error: " : "";
  if (media.length > 0 && traits.toolResultParts) {
    return { output: mark === "" ? parts : [...textPart(mark.trim()), ...parts], moved: [] };
  }
  const texts = parts.filter(isText).map((part) => String(part["text"]));
  if (media.length > 0) texts.push("[what this tool returned besides text follows below]");
  return {
    output: `${mark}${texts.join("\n") || "(no output)"}`,
    moved:
      media.length === 0
        ? []
        : [...textPart(`[returned by the tool call ${result.toolUseId}]`), ...media],
  };
}

function textPart(text: string): readonly JsonObject[] {
  return text.trim() === "" ? [] : [{ type: "input_text", text }];
}

function imagePart(block: ImageBlock, traits: ResponsesTraits, lose: Lose) {
  const { source } = block;
  if (traits.images) {
    // Without `detail` strict servers refuse the part, though the API has a default.
    const url = source.kind === "base64" ? dataUrl(source) : undefined;
    const image_url = source.kind === "url" ? source.url : url;
    if (image_url !== undefined) {
      return [{ type: "input_image", image_url, detail: detailOf(block) ?? "auto" }];
    }
  }
  return textPart(omittedText("image", lose));
}

function documentPart({ source, title }: DocumentBlock, traits: ResponsesTraits, lose: Lose) {
  if (source.kind === "text") {
    return textPart(titledText(source.text, title));
  }
  if (traits.files) {
    if (source.kind === "url") return [{ type: "input_file", file_url: source.url }];
    if (source.kind === "base64") {
      const filename = title ?? `document.${source.mediaType.split("/")[1] ?? "pdf"}`;
      return [{ type: "input_file", filename, file_data: dataUrl(source) }];
    }
  }
  return textPart(omittedText("document", lose));
}

/** What stands in for media: the model has to know that there was something. */
export function omittedText(what: "image" | "document", lose: Lose): string {
  lose(`content[].${what}`);
  return `[${what} omitted: the model cannot read it in this form]`;
}
