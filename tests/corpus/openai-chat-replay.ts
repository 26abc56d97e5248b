import type { Block, Message, StreamEvent, StreamReader } from "../../src/canonical/index.ts";
import { type ChatTraits, UNKNOWN_SERVER } from "../../src/upstream/dialects/openai-chat/index.ts";
import { parseEvent } from "../../src/upstream/sse/parse-event.ts";
import { SseSplitter } from "../../src/upstream/sse/splitter.ts";
import type { ChatExchange } from "./openai-chat-exchanges.ts";

/** A conversation without tools and calls before. */
export const NO_CONTEXT = { toolNames: new Map<string, string>(), callIds: new Set<string>() };

/** Providers that want their reasoning back with its tokens; Google's come behind the calls. */
const WITH_DETAILS: ReadonlySet<string> = new Set(["openrouter", "vercel-gateway"]);

export function traitsFor(provider: string): ChatTraits {
  if (!WITH_DETAILS.has(provider)) return UNKNOWN_SERVER;
  return { ...UNKNOWN_SERVER, echo: { form: "details" }, toolCalls: "held" };
}

export function bytesOf({ events, separator }: ChatExchange): Buffer {
  return Buffer.from((events ?? []).map((event) => event + separator).join(""), "utf8");
}

/** All events of a stream that arrives in these pieces. */
export function readPieces(pieces: Iterable<Uint8Array>, reader: StreamReader): StreamEvent[] {
  const events: StreamEvent[] = [];
  const splitter = new SseSplitter((text, from, end) => {
    const event = parseEvent(text.slice(from, end));
    if (event !== undefined) events.push(...reader.push(event));
  });
  for (const piece of pieces) splitter.push(piece);
  splitter.finish();
  return [...events, ...reader.end()];
}

/** What is wrong with the order of a stream's events; undefined where it is as promised. */
export function orderFault(events: readonly StreamEvent[]): string | undefined {
  let isOpen = false;
  for (const [i, event] of events.entries()) {
    const isLast = i === events.length - 1;
    const isEnd = event.type === "end" || event.type === "error";
    if (isEnd !== isLast) return `event ${i} is ${event.type} of ${events.length}`;
    if ((event.type === "start") !== (i === 0) && event.type !== "error") return `start at ${i}`;
    if (event.type === "block" && isOpen) return `two blocks are open at ${i}`;
    if (event.type === "delta" && !isOpen) return `a delta without a block at ${i}`;
    if (event.type === "block_end" && !isOpen) return `an end without a block at ${i}`;
    if (event.type === "end" && isOpen) return "the end within a block";
    if (event.type === "block") isOpen = true;
    if (event.type === "block_end") isOpen = false;
  }
  return undefined;
}

/** A stream's events put together; the error instead, where it ended with one. */
export function collect(events: readonly StreamEvent[]): Message | StreamEvent {
  const last = events.at(-1);
  const first = events[0];
  if (last?.type !== "end" || first?.type !== "start") return last ?? { type: "block_end" };
  const content: Block[] = [];
  for (const event of events) {
    if (event.type === "block") content.push(emptyBlock(event.block));
    else if (event.type === "delta") content.push(grown(content.pop(), event.delta));
  }
  const { type: _, ...end } = last;
  return { id: first.id, model: first.model, content, ...end };
}

type Of<Type> = Extract<StreamEvent, { readonly type: Type }>;

function emptyBlock(block: Of<"block">["block"]): Block {
  if (block.type === "text") return { type: "text", text: "" };
  if (block.type === "thinking") return { type: "thinking", text: "" };
  if (block.type === "tool_use") return { ...block, input: "" };
  return block;
}

function grown(block: Block | undefined, delta: Of<"delta">["delta"]): Block {
  if (block?.type === "text" && delta.type === "text") {
    return { ...block, text: block.text + delta.text };
  }
  if (block?.type === "thinking" && delta.type === "thinking") {
    return { ...block, text: block.text + delta.text };
  }
  if (block?.type === "thinking" && delta.type === "signature") {
    return { ...block, signature: delta.signature };
  }
  if (block?.type === "tool_use" && delta.type === "input") {
    return { ...block, input: block.input + delta.json };
  }
  throw new Error(`a ${delta.type} delta in a ${block?.type} block`);
}
