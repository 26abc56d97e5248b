import type { Block, CacheMark, MediaSource, TextBlock } from "../../canonical/index.ts";
import type { Field } from "../field.ts";
import { readCache } from "./read-cache.ts";
import { unread } from "./unread.ts";

const TEXT_MEMBERS = new Set(["type", "text", "cache_control"]);
const IMAGE_MEMBERS = new Set(["type", "image_url", "cache_control"]);
const URL_MEMBERS = new Set(["url"]);
const FILE_MEMBERS = new Set(["type", "file", "cache_control"]);

const DATA_URL = /^data:(?<mediaType>[^;,]+)(?:;[^;,]*)*?;base64,/i;

/** What a user says: text, images and files. `mark` is the message's own, and ends the last part. */
export function readUserContent(field: Field, mark?: CacheMark): readonly Block[] {
  if (typeof field.value === "string") return [textBlock(field.value, mark)];
  const parts = field.items("Send a string or a list of content parts.").map(readPart);
  return withMark(parts, mark);
}

/** What can be text alone: of the system, of the assistant, of a tool. */
export function readText(field: Field, mark?: CacheMark): readonly TextBlock[] {
  if (field.isAbsent) return [];
  if (typeof field.value === "string") return [textBlock(field.value, mark)];
  const parts = field.items("Send a string or a list of text parts.").map((part) => {
    const type = part.at("type");
    if (type.value === "refusal") return textBlock(part.at("refusal").text("Send it as it came."));
    if (type.value !== "text") type.refuse("text", "Only the user's messages have other parts.");
    return readTextPart(part);
  });
  return withMark(parts, mark);
}

function readTextPart(part: Field): TextBlock {
  return {
    type: "text",
    text: part.at("text").text("A text part has its text here."),
    cache: readCache(part.at("cache_control")),
    extra: unread(part, TEXT_MEMBERS),
  };
}

function readPart(part: Field): Block {
  part.object("Every content part is an object with a type.");
  const type = part.at("type");
  switch (type.value) {
    case "text":
      return readTextPart(part);
    case "image_url":
      return readImage(part);
    case "file":
      return readFile(part);
    case "input_audio":
      type.refuse(
        "text, image_url or file",
        "Models here take no sound: send what is said as text.",
      );
      return textBlock("");
    default:
      type.refuse("text, image_url or file", "Send what it holds as one of these.");
      return textBlock("");
  }
}

function readImage(part: Field): Block {
  const image = part.at("image_url");
  const isPlain = typeof image.value === "string";
  const url = isPlain ? image : image.at("url");
  const extra = { ...unread(part, IMAGE_MEMBERS), ...(isPlain ? {} : unread(image, URL_MEMBERS)) };
  return {
    type: "image",
    source: readImageSource(url),
    cache: readCache(part.at("cache_control")),
    extra: Object.keys(extra).length === 0 ? undefined : extra,
  };
}

function readImageSource(field: Field): MediaSource {
  const url = field.text("Send a data: URL, or one that begins with https:.");
  if (/^https?:\/\//i.test(url)) return { kind: "url", url };
  return readDataUrl(field, url);
}

function readDataUrl(field: Field, url: string): MediaSource {
  const match = DATA_URL.exec(url);
  const mediaType = match?.groups?.["mediaType"];
  if (match === null || mediaType === undefined) {
    field.refuse("a data: URL in base64", "Send data:<media type>;base64,<bytes>.");
    return { kind: "text", text: "" };
  }
  return { kind: "base64", mediaType: mediaType.toLowerCase(), data: url.slice(match[0].length) };
}

function readFile(part: Field): Block {
  const file = part.at("file");
  const data = file.at("file_data");
  if (data.isAbsent) {
    data.refuse("the file itself", "An uploaded file's id means nothing to other providers.");
  }
  return {
    type: "document",
    source: asText(data.isAbsent ? NO_FILE : readDataUrl(data, data.text("Send a data: URL."))),
    title: file.at("filename").optional((it) => it.text("Send the name as text, or none.")),
    cache: readCache(part.at("cache_control")),
    extra: unread(part, FILE_MEMBERS),
  };
}

const NO_FILE: MediaSource = { kind: "text", text: "" };

/** Other APIs take text as text, and only PDF as bytes. */
function asText(source: MediaSource): MediaSource {
  if (source.kind !== "base64" || !source.mediaType.startsWith("text/")) return source;
  return { kind: "text", text: Buffer.from(source.data, "base64").toString("utf8") };
}

function textBlock(text: string, cache?: CacheMark): TextBlock {
  return { type: "text", text, cache };
}

function withMark<T extends Block>(
  blocks: readonly T[],
  cache: CacheMark | undefined,
): readonly T[] {
  if (cache === undefined) return blocks;
  return blocks.map((block, i) => (i === blocks.length - 1 ? { ...block, cache } : block));
}
