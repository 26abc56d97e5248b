import type { Block, CanonicalRequest, MediaSource, Tool } from "../../canonical/index.ts";

/**
 * Code has 4.0 bytes to a token, prose 3.5, JSON 2.6, Chinese and German about 3 or more; digits and capitals, of which
 * hexadecimal, base64 and tables of numbers are made, bring it down to 1.5 (o200k and cl100k, measured 2026-11-25). Too
 * high a number makes a client compact early; too low a one makes the upstream refuse the request.
 */
const TOKENS_PER_BYTE = 0.4;
const MORE_PER_DIGIT = 0.4;
const MORE_PER_CAPITAL = 0.3;
/** What a dialect puts around each turn, block and tool. */
const TOKENS_AROUND = 8;
/** A server tells the model how to call tools at all. */
const TOKENS_FOR_TOOLS = 350;
/** The most that the large providers count for one at full size. */
const TOKENS_PER_IMAGE = 1_600;
/** A page of a document is text and an image; how many there are is not known without reading it. */
const TOKENS_PER_DOCUMENT = 3_000;
const DOCUMENT_BYTES_PER_TOKEN = 8;

/**
 * About how many tokens a request puts in, rather too many than too few, for upstreams that do not count. A tokenizer would
 * be another model's in most cases, takes 60 MB and blocks the process for a second for each megabyte.
 */
export function estimateTokens({ system, turns, tools }: CanonicalRequest): number {
  const spoken = sum(system, ofBlock) + sum(turns, ({ content }) => around(sum(content, ofBlock)));
  const declared = tools.length === 0 ? 0 : TOKENS_FOR_TOOLS + sum(tools, ofTool);
  return Math.max(1, Math.ceil(spoken + declared));
}

function ofBlock(block: Block): number {
  switch (block.type) {
    case "text":
    case "thinking":
      return around(ofText(block.text));
    case "redacted_thinking":
      return around(ofText(block.data));
    case "image":
      return TOKENS_PER_IMAGE;
    case "document":
      return ofDocument(block.source);
    case "tool_use":
      return around(ofText(block.name) + ofText(block.input));
    case "tool_result":
      return around(sum(block.content, ofBlock));
    case "opaque":
      return around(ofJson(block.raw));
    default:
      return block satisfies never;
  }
}

function ofDocument(source: MediaSource): number {
  switch (source.kind) {
    case "text":
      return around(ofText(source.text));
    case "base64":
      return Math.max(TOKENS_PER_DOCUMENT, source.data.length / DOCUMENT_BYTES_PER_TOKEN);
    case "url":
      return TOKENS_PER_DOCUMENT;
    case "other":
      return Math.max(TOKENS_PER_DOCUMENT, ofJson(source.raw));
    default:
      return source satisfies never;
  }
}

function ofTool(tool: Tool): number {
  if (tool.type === "server") return around(ofJson(tool.raw));
  return around(ofText(tool.name) + ofText(tool.description ?? "") + ofJson(tool.schema));
}

function ofJson(value: object): number {
  return ofText(JSON.stringify(value));
}

function ofText(text: string): number {
  // A prime, so that it does not fall into step with lines and columns.
  const step = text.length > SAMPLED_LENGTH ? 17 : 1;
  let more = 0;
  for (let at = 0; at < text.length; at += step) {
    const code = text.charCodeAt(at);
    if (code >= ZERO && code <= NINE) more += MORE_PER_DIGIT;
    else if (code >= CAPITAL_A && code <= CAPITAL_Z) more += MORE_PER_CAPITAL;
  }
  return Buffer.byteLength(text) * TOKENS_PER_BYTE + more * step;
}

/** Of a longer text every 17th letter says as much. */
const SAMPLED_LENGTH = 2_000;

const [ZERO, NINE, CAPITAL_A, CAPITAL_Z] = [0x30, 0x39, 0x41, 0x5a];

function around(tokens: number): number {
  return tokens + TOKENS_AROUND;
}

function sum<T>(items: readonly T[], tokensOf: (item: T) => number): number {
  return items.reduce((total, item) => total + tokensOf(item), 0);
}
