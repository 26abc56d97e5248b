import {
  type Block,
  type CacheMark,
  jsonText,
  type MediaSource,
  type TextBlock,
} from "../../canonical/index.ts";
import type { Field } from "../field.ts";

const KNOWN = {
  text: new Set(["type", "text", "cache_control"]),
  thinking: new Set(["type", "thinking", "signature"]),
  redacted: new Set(["type", "data"]),
  image: new Set(["type", "source", "cache_control"]),
  document: new Set(["type", "source", "title", "cache_control"]),
  toolUse: new Set(["type", "id", "name", "input", "cache_control"]),
  toolResult: new Set(["type", "tool_use_id", "content", "is_error", "cache_control"]),
  cache: new Set(["type", "ttl"]),
  base64: new Set(["type", "media_type", "data"]),
  url: new Set(["type", "url"]),
} as const;

const PLAIN_TEXT = "text/plain";

/** Content is a list of blocks, or a string that stands for one text block. */
export function readContent(field: Field, isInResult = false): readonly Block[] {
  if (typeof field.value === "string") return [{ type: "text", text: field.value }];
  const items = field.items("Send a string or a list of content blocks.");
  return items.map((item) => readBlock(item, isInResult));
}

function readBlock(field: Field, isInResult: boolean): Block {
  const raw = field.object("Every content block is an object with a type.");
  const kind = field.at("type").text("Say which type of content block this is.");
  switch (kind) {
    case "text":
      return readTextBlock(field);
    case "thinking":
      return {
        type: "thinking",
        text: field.at("thinking").text("Send thinking blocks back as they came."),
        signature: field.at("signature").optional((it) => it.text("Leave it as it came.")),
        extra: field.rest(KNOWN.thinking),
      };
    case "redacted_thinking":
      return {
        type: "redacted_thinking",
        data: field.at("data").text("Send thinking blocks back as they came."),
        extra: field.rest(KNOWN.redacted),
      };
    case "image":
      return {
        type: "image",
        source: readSource(field.at("source")),
        cache: readCache(field.at("cache_control")),
        extra: field.rest(KNOWN.image),
      };
    case "document":
      return {
        type: "document",
        source: readSource(field.at("source")),
        title: field.at("title").optional((it) => it.text("Send the title as text, or none.")),
        cache: readCache(field.at("cache_control")),
        extra: field.rest(KNOWN.document),
      };
    case "tool_use":
      return readToolUse(field);
    case "tool_result":
      // Results do not nest; what claims to is carried and not looked into, however deep it goes.
      return isInResult ? { type: "opaque", kind, raw } : readToolResult(field);
    default:
      return { type: "opaque", kind, raw };
  }
}

export function readTextBlock(field: Field): TextBlock {
  return {
    type: "text",
    text: field.at("text").text("A text block has its text here."),
    cache: readCache(field.at("cache_control")),
    extra: field.rest(KNOWN.text),
  };
}

function readToolUse(field: Field): Block {
  const input = field.at("input");
  const text = jsonText(input.object("Send the tool's input as a JSON object, not as text."));
  if (text === undefined) input.refuse("an object that can be read", "It is nested too deep.");
  return {
    type: "tool_use",
    id: field.at("id").text("Send the id that the call came with."),
    name: field.at("name").text("Name the tool that was called."),
    input: text ?? "{}",
    cache: readCache(field.at("cache_control")),
    extra: field.rest(KNOWN.toolUse),
  };
}

function readToolResult(field: Field): Block {
  return {
    type: "tool_result",
    toolUseId: field.at("tool_use_id").text("Send the id of the tool_use block that it answers."),
    content: field.at("content").optional((it) => readContent(it, true)) ?? [],
    isError: field.at("is_error").optional((it) => it.boolean("Send a boolean.")) ?? false,
    cache: readCache(field.at("cache_control")),
    extra: field.rest(KNOWN.toolResult),
  };
}

function readSource(field: Field): MediaSource {
  const raw = field.object("Say where the bytes are: a base64 or url source, for instance.");
  const { type, media_type: mediaType, data, url } = raw;
  if (type === "base64" && field.rest(KNOWN.base64) === undefined) {
    return {
      kind: "base64",
      mediaType: field.at("media_type").text("Name the media type, such as image/png."),
      data: field.at("data").text("Send the bytes as base64."),
    };
  }
  if (type === "url" && typeof url === "string" && field.rest(KNOWN.url) === undefined) {
    return { kind: "url", url };
  }
  const isText = type === "text" && mediaType === PLAIN_TEXT && typeof data === "string";
  if (isText && field.rest(KNOWN.base64) === undefined) return { kind: "text", text: data };
  return { kind: "other", raw };
}

/** A lifetime that is not known here is kept as it came and counts as the longest that is. */
export function readCache(field: Field): CacheMark | undefined {
  return field.optional(() => {
    const { ttl } = field.object('Send {"type": "ephemeral"}, or leave it out.');
    const extra = field.rest(KNOWN.cache);
    if (ttl === undefined || ttl === null || ttl === "5m") return { ttl: "5m", extra };
    return ttl === "1h" ? { ttl, extra } : { ttl: "1h", extra: { ...extra, ttl } };
  });
}
