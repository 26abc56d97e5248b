import {
  type Block,
  type CacheMark,
  type JsonObject,
  type MediaSource,
  type OpaqueBlock,
  parseToolInput,
} from "../../../../canonical/index.ts";
import type { Place } from "../../shared/losses.ts";
import { writeOpaque } from "../../shared/opaque-text.ts";
import { wireName } from "./tool-names.ts";
import type { Writing } from "./traits.ts";

export function writeBlocks(blocks: readonly Block[], writing: Writing): readonly JsonObject[] {
  return blocks.map((block) => writeBlock(block, writing));
}

function writeBlock(block: Block, writing: Writing): JsonObject {
  switch (block.type) {
    case "text":
      return { ...frame(block, writing), text: block.text };
    case "thinking":
      return { ...frame(block, writing), thinking: block.text, signature: block.signature ?? "" };
    case "redacted_thinking":
      return { ...frame(block, writing), data: block.data };
    case "image":
    case "document":
      return writeMedia(block, writing);
    case "tool_use": {
      const { id } = block;
      const name = wireName(block.name);
      // The API takes objects only; a call that some client kept in pieces is still shown to the model.
      const input = parseToolInput(block.input) ?? { invalid_json: block.input };
      return { ...frame(block, writing), id, name, input };
    }
    case "tool_result":
      return {
        ...frame(block, writing),
        tool_use_id: block.toolUseId,
        content: writeBlocks(block.content, writing),
        ...(block.isError ? { is_error: true } : {}),
      };
    case "opaque":
      return writeOpaqueBlock(block, writing);
    default:
      return block satisfies never;
  }
}

/** Blocks of this API that other clients' turns can hold as well; the results of its server tools are all named alike. */
const OWN_KINDS = /^(?:search_result|server_tool_use|tool_reference|\w+_tool_result)$/;

function writeOpaqueBlock(block: OpaqueBlock, writing: Writing): JsonObject {
  if (writing.isOwn || OWN_KINDS.test(block.kind)) return block.raw;
  const text = writeOpaque(block, writing.lose);
  return { type: "text", text: text ?? `[${block.kind} left out: it cannot be said here]` };
}

type Framed = Exclude<Block, { readonly type: "opaque" }>;

/** Type, cache mark and, for a client of this dialect, what else it said. */
function frame(block: Framed, writing: Writing): JsonObject {
  const cache = "cache" in block ? block.cache : undefined;
  return {
    ...ownExtra(block.extra, writing, "content[]"),
    type: block.type,
    ...writeCache(cache),
  };
}

/** Another dialect's members would be refused: the API takes none that it does not know. */
export function ownExtra(
  extra: JsonObject | undefined,
  writing: Writing,
  place?: Place,
): JsonObject | undefined {
  if (writing.isOwn) return extra;
  writing.loseExtra(extra, place);
  return undefined;
}

/** Five minutes is what the API does unasked. */
export function writeCache(mark: CacheMark | undefined): JsonObject {
  if (mark === undefined) return {};
  const ttl = mark.ttl === "1h" ? { ttl: mark.ttl } : {};
  return { cache_control: { type: "ephemeral", ...ttl, ...mark.extra } };
}

type Media = Extract<Block, { readonly type: "image" | "document" }>;

function writeMedia(block: Media, writing: Writing): JsonObject {
  const source = writeSource(block.source, writing);
  if (source === undefined) {
    writing.lose(`content[].${block.type}`);
    return {
      type: "text",
      text: `[${block.type} left out: it is kept where only its own API can read it]`,
    };
  }
  const title =
    block.type === "document" && block.title !== undefined ? { title: block.title } : {};
  return { ...frame(block, writing), source, ...title };
}

function writeSource(source: MediaSource, writing: Writing): JsonObject | undefined {
  switch (source.kind) {
    case "base64":
      return { type: "base64", media_type: source.mediaType, data: source.data };
    case "url":
      return { type: "url", url: source.url };
    case "text":
      return { type: "text", media_type: "text/plain", data: source.text };
    case "other":
      return writing.isOwn ? source.raw : undefined;
    default:
      return source satisfies never;
  }
}
