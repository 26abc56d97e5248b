import type { CacheMark, JsonObject, TextBlock } from "../../../canonical/index.ts";
import type { Lose } from "../shared/losses.ts";
import { dataUrl, detailOf, titledText } from "../shared/media.ts";
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
      return { type: "text", text: block.text, ...cacheMember(block, traits) };
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

interface Markable {
  readonly cache?: CacheMark | undefined;
}

/** The mark that a cached prefix ends here. It stands on parts of text alone. */
export function cacheMember({ cache }: Markable, traits: ChatTraits): JsonObject {
  if (cache === undefined || traits.cacheMarks === "dropped") return {};
  const ttl = cache.ttl === "1h" ? { ttl: "1h" } : {};
  return { cache_control: { type: "ephemeral", ...ttl } };
}

/** For a mark where none can stand. A server that takes no marks caches by itself, so that nothing is missed there. */
export function loseMark({ cache }: Markable, traits: ChatTraits, lose: Lose): void {
  if (cache !== undefined && traits.cacheMarks === "kept") lose("cache");
}

function writeImage(
  block: Extract<SaidBlock, { readonly type: "image" }>,
  traits: ChatTraits,
  lose: Lose,
): JsonObject {
  const { source } = block;
  loseMark(block, traits, lose);
  const bytes = source.kind === "base64" ? dataUrl(source) : undefined;
  const url = source.kind === "url" ? source.url : bytes;
  if (url !== undefined && traits.images === "accepted") {
    const detail = detailOf(block);
    return { type: "image_url", image_url: { url, ...(detail && { detail }) } };
  }
  lose("content[].image");
  return { type: "text", text: "[image omitted: the model cannot see it]" };
}

function writeDocument(
  block: Extract<SaidBlock, { readonly type: "document" }>,
  traits: ChatTraits,
  lose: Lose,
): JsonObject {
  const { source, title } = block;
  loseMark(block, traits, lose);
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
