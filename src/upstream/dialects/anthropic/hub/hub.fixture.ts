import type {
  AnswerContext,
  Block,
  CanonicalRequest,
  StreamEvent,
  ToolResultBlock,
  ToolUseBlock,
  Turn,
} from "../../../../canonical/index.ts";
import { parseEvent } from "../../../sse/parse-event.ts";
import { SseSplitter } from "../../../sse/splitter.ts";
import { makeLosses } from "../../shared/losses.ts";
import { MessageStreamReader } from "./read-stream.ts";
import type { AnthropicTraits, Writing } from "./traits.ts";

export const TRAITS: AnthropicTraits = {
  defaultMaxTokens: 32_000,
  thinking: "either",
  efforts: ["low", "medium", "high", "max"],
  sampling: "all",
  takesSchemas: true,
  hasSystemTurns: true,
  cachesByItself: false,
};

export const NO_CONTEXT: AnswerContext = { toolNames: new Map(), callIds: new Set() };

/** A request of a client of another dialect. */
export const REQUEST: CanonicalRequest = {
  model: "claude",
  system: [],
  turns: [said("user", text("Hello"))],
  tools: [],
  stream: false,
  stopSequences: [],
  extra: {},
};

export function openWriting(
  more: Partial<Writing> = {},
): Writing & { readonly lost: readonly string[] } {
  const losses = makeLosses();
  return {
    traits: TRAITS,
    isOwn: false,
    ...losses,
    ...more,
    get lost() {
      return losses.names();
    },
  };
}

export function said(role: Turn["role"], ...content: readonly Block[]): Turn {
  return { role, content };
}

export function text(words: string): Block {
  return { type: "text", text: words };
}

export function call(id: string): ToolUseBlock {
  return { type: "tool_use", id, name: "tool", input: "{}" };
}

export function result(toolUseId: string, words = "out"): ToolResultBlock {
  return { type: "tool_result", toolUseId, content: [text(words)], isError: false };
}

/** Reads a stream whose bytes come in these pieces. */
export function readPieces(
  pieces: Iterable<Uint8Array>,
  context: AnswerContext = NO_CONTEXT,
): readonly StreamEvent[] {
  const reader = new MessageStreamReader(context);
  const events: StreamEvent[] = [];
  const splitter = new SseSplitter((latin1, from, end) => {
    const event = parseEvent(latin1.slice(from, end));
    if (event !== undefined) events.push(...reader.push(event));
  });
  for (const piece of pieces) splitter.push(piece);
  splitter.finish();
  return [...events, ...reader.end()];
}

/** The same from parsed events. */
export function readEvents(
  events: readonly object[],
  context: AnswerContext = NO_CONTEXT,
): readonly StreamEvent[] {
  const sse = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
  return readPieces([Buffer.from(sse)], context);
}
