import type { CacheMark, JsonObject, TextBlock } from "../../../canonical/index.ts";
import type { Lose } from "../shared/losses.ts";
import { dataUrl, titledText } from "../shared/media.ts";
import type { ChatTraits } from "./traits.ts";
import type { SaidBlock } from "./turn-plan.ts";

/** Blocks as the content of a message: plain text where there is nothing else, because some servers know only that. */
export function writeContent(
  blocks: readonly SaidBlock[],
  traits: ChatTraits,
  lose: Lose,
): string | readonly JsonObject[] {
  return contentOf(blocks.map((block) => writePart(block, traits, lose)));
}

export function contentOf(parts: readonly JsonObject[]): string | readonly JsonObject[] {
  const isPlain = parts.every((part) => part["type"] === "text" && !("cache_control" in part));
  return isPlain ? parts.map((part) => String(part["text"])).join("\n\n") : parts;
}

export function writePart(block: SaidBlock, traits: ChatTraits, lose: Lose): JsonObject {
  switch (block.type) {
    case "text":
      return { type: "text", text: block.text, ...cacheMember(block, traits, lose) };
    case "image":
      return writeImage(block, traits, lose);
    case "document":
      return writeDocument(block, traits, lose);
  }
}

/** Whether a part holds bytes or their address, rather than a text about them. */
export function isMediaPart(part: JsonObject): boolean {
  return part["type"] !== "text";
}

/** The mark that a cached prefix ends here. It stands on parts of text alone. */
export function cacheMember(
  { cache }: { readonly cache?: CacheMark | undefined },
  traits: ChatTraits,
  lose: Lose,
): JsonObject {
  if (cache === undefined) return {};
  if (traits.cacheMarks === "dropped") {
    lose("cache");
    return {};
  }
  const ttl = cache.ttl === "1h" ? { ttl: "1h" } : {};
  return { cache_control: { type: "ephemeral", ...ttl } };
}

function writeImage(
  { source, cache }: Extract<SaidBlock, { readonly type: "image" }>,
  traits: ChatTraits,
  lose: Lose,
): JsonObject {
  if (cache !== undefined) lose("cache");
  const bytes = source.kind === "base64" ? dataUrl(source) : undefined;
  const url = source.kind === "url" ? source.url : bytes;
  if (url !== undefined && traits.images === "accepted") {
    return { type: "image_url", image_url: { url } };
  }
  lose("content[].image");
  return { type: "text", text: "[image omitted: the model cannot see it]" };
}

function writeDocument(
  { source, title, cache }: Extract<SaidBlock, { readonly type: "document" }>,
  traits: ChatTraits,
  lose: Lose,
): JsonObject {
  if (cache !== undefined) lose("cache");
  if (source.kind === "text") return textPart(titledText(source.text, title));
  if (source.kind === "base64" && traits.files === "accepted") {
    const filename = title ?? "document.pdf";
    return { type: "file", file: { filename, file_data: dataUrl(source) } };
  }
  lose("content[].document");
  return textPart(`[document omitted: ${title ?? "the model cannot read it"}]`);
}

function textPart(text: string): JsonObject {
  return { type: "text", text } satisfies TextBlock;
}
