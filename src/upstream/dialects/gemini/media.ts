import type { DocumentBlock, ImageBlock, JsonObject } from "../../../canonical/index.ts";
import type { Lose } from "../shared/losses.ts";
import { titledText } from "../shared/media.ts";
import type { GeminiTraits } from "./traits.ts";

/**
 * Another image type fails the whole request.
 * @source https://docs.cloud.google.com/vertex-ai/docs/generative-ai/image/image-captioning (read 2026-11-25)
 */
const IMAGE_TYPES: ReadonlySet<string> = new Set([
  "image/png",
  "image/jpeg",
  "image/webp",
  "image/heic",
  "image/heif",
]);

const TYPE_BY_ENDING: Readonly<Record<string, string>> = {
  png: "image/png",
  webp: "image/webp",
  heic: "image/heic",
  heif: "image/heif",
  gif: "image/gif",
  txt: "text/plain",
  md: "text/markdown",
  html: "text/html",
  csv: "text/csv",
};

/** An image or a document as a part; in its place a text where the upstream cannot have it, so that the model knows. */
export function writeMedia(
  block: ImageBlock | DocumentBlock,
  traits: GeminiTraits,
  lose: Lose,
): JsonObject {
  const { source } = block;
  const title = block.type === "document" ? block.title : undefined;
  if (source.kind === "text") return { text: titledText(source.text, title) };
  if (title !== undefined) lose("content[].title");
  if (source.kind === "base64") {
    const mimeType = source.mediaType === "image/jpg" ? "image/jpeg" : source.mediaType;
    if (isReadable(block, mimeType)) return { inlineData: { mimeType, data: source.data } };
  }
  if (source.kind === "url" && (traits.mediaUrls === "sent" || source.url.startsWith("gs://"))) {
    const mimeType = typeOf(block, source.url);
    if (isReadable(block, mimeType)) return { fileData: { mimeType, fileUri: source.url } };
  }
  lose(`content[].${block.type}`);
  return { text: `[${block.type} omitted: the model cannot read it in this form]` };
}

/** Whether a part holds bytes or their address, rather than a text about them. */
export function isMediaPart(part: JsonObject): boolean {
  return "inlineData" in part || "fileData" in part;
}

function isReadable(block: ImageBlock | DocumentBlock, mediaType: string): boolean {
  return block.type === "document" || IMAGE_TYPES.has(mediaType);
}

/** The host wants a type beside every address; what the ending does not tell is taken for the usual. */
function typeOf(block: ImageBlock | DocumentBlock, url: string): string {
  const ending = /\.([a-z]{2,4})(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase() ?? "";
  return TYPE_BY_ENDING[ending] ?? (block.type === "image" ? "image/jpeg" : "application/pdf");
}
