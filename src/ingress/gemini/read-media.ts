import type { Block, DocumentBlock, ImageBlock, MediaSource } from "../../canonical/index.ts";
import { type Field, member, restOf } from "./member.ts";

const INLINE = ["mimeType", "data", "displayName"];
const FILE = ["mimeType", "fileUri", "displayName"];
const BESIDE = ["inlineData", "fileData", "thoughtSignature", "thought"];

/** The image or document in a part; undefined in a part of another kind. */
export function readMedia(part: Field): Block | undefined {
  const inline = member(part, "inlineData");
  if (!inline.isAbsent) return inlineBlock(part, inline);
  const file = member(part, "fileData");
  return file.isAbsent ? undefined : fileBlock(part, file);
}

function inlineBlock(part: Field, inline: Field): Block {
  const mediaType = member(inline, "mimeType").text("Name the media type, such as image/png.");
  const data = inline.at("data").text("Send the bytes as base64.");
  const source: MediaSource = mediaType.startsWith("text/")
    ? { kind: "text", text: Buffer.from(data, "base64").toString("utf8") }
    : { kind: "base64", mediaType, data };
  return block(source, mediaType, member(inline, "displayName"), {
    ...restOf(inline, INLINE),
    ...restOf(part, BESIDE),
  });
}

function fileBlock(part: Field, file: Field): Block {
  const url = member(file, "fileUri").text("Send the address of the file.");
  const mediaType =
    member(file, "mimeType").optional((it) => it.text("Name the media type, or none.")) ??
    "application/octet-stream";
  // An address alone tells upstreams whether it is an image or a document, and nothing of other kinds.
  const isPlain = /^(?:image\/|application\/pdf$|application\/octet-stream$)/.test(mediaType);
  return block({ kind: "url", url }, mediaType, member(file, "displayName"), {
    ...restOf(file, FILE),
    ...restOf(part, BESIDE),
    ...(isPlain ? {} : { mimeType: mediaType }),
  });
}

function block(
  source: MediaSource,
  mediaType: string,
  name: Field,
  rest: Readonly<Record<string, unknown>>,
): ImageBlock | DocumentBlock {
  const title = name.optional((it) => it.text("Send the name as text, or none."));
  const isImage = mediaType.startsWith("image/");
  const named = isImage && title !== undefined ? { displayName: title } : {};
  const all = { ...rest, ...named };
  const extra = Object.keys(all).length === 0 ? undefined : all;
  return isImage ? { type: "image", source, extra } : { type: "document", source, title, extra };
}
