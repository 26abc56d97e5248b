import type { Block, JsonObject, MediaSource, TextBlock } from "../../canonical/index.ts";
import type { Field } from "../field.ts";

const KNOWN = {
  text: new Set(["type", "text", "annotations", "logprobs"]),
  image: new Set(["type", "image_url", "detail", "file_id"]),
  file: new Set(["type", "file_data", "file_url", "file_id", "filename"]),
} as const;

const DATA_URL = /^data:(?<mediaType>[^;,]+)(?:;[^;,]*)*;base64,(?<data>.*)$/s;
const PDF = "application/pdf";

/** Content is a list of parts, or a string that stands for one of text. */
export function readParts(field: Field): readonly Block[] {
  if (typeof field.value === "string") return [{ type: "text", text: field.value }];
  return field.items("Send a string or a list of content parts.").map(readPart);
}

function readPart(field: Field): Block {
  const raw = field.object("Every content part is an object with a type.");
  const kind = field.at("type").text("Say which type of content part this is.");
  switch (kind) {
    case "input_text":
    case "output_text":
    case "text":
    case "summary_text":
    case "reasoning_text":
      return readText(field, raw);
    case "refusal":
      return { type: "text", text: readRefusal(field) };
    case "input_image":
      return readImage(field, raw);
    case "input_file":
      return readFile(field, raw);
    default:
      return { type: "opaque", kind, raw };
  }
}

/** Some clients make every part's text a text. */
function readRefusal(field: Field): string {
  const words = field.at("refusal").isAbsent ? field.at("text") : field.at("refusal");
  return words.isAbsent
    ? field.at("refusal").text("A refusal has its text here.")
    : words.text("A refusal has its text here.");
}

/** Citations are kept for their own dialect; most texts have an empty list of them. */
function readText(field: Field, raw: JsonObject): TextBlock {
  const { annotations } = raw;
  const cited = Array.isArray(annotations) && annotations.length > 0 ? { annotations } : {};
  const extra = { ...field.rest(KNOWN.text), ...cited };
  return {
    type: "text",
    text: field.at("text").text("A part of text has its text here."),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

function readImage(field: Field, raw: JsonObject): Block {
  const url = field.at("image_url").optional((it) => it.text("Send a URL, or a data URL."));
  const detail = raw["detail"];
  const isPlain = detail === undefined || detail === null || detail === "auto";
  const extra = { ...field.rest(KNOWN.image), ...(isPlain ? {} : { detail }) };
  return {
    type: "image",
    source: url === undefined ? { kind: "other", raw } : urlSource(url),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

function readFile(field: Field, raw: JsonObject): Block {
  const data = field.at("file_data").optional((it) => it.text("Send the file as a data URL."));
  const url = field.at("file_url").optional((it) => it.text("Send a URL."));
  const title = field.at("filename").optional((it) => it.text("Send the file's name as text."));
  return {
    type: "document",
    source: fileSource(data, url) ?? { kind: "other", raw },
    ...(title === undefined ? {} : { title }),
    extra: field.rest(KNOWN.file),
  };
}

/** Some clients send the bytes of a PDF alone. */
function fileSource(data: string | undefined, url: string | undefined): MediaSource | undefined {
  if (data === undefined) return url === undefined ? undefined : urlSource(url);
  const source = urlSource(data);
  return source.kind === "base64" ? source : { kind: "base64", mediaType: PDF, data };
}

function urlSource(url: string): MediaSource {
  const { mediaType, data } = DATA_URL.exec(url)?.groups ?? {};
  if (mediaType === undefined || data === undefined) return { kind: "url", url };
  return { kind: "base64", mediaType, data };
}
