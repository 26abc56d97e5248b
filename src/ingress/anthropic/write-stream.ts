import type { BlockDelta, JsonObject, OpenedBlock, StreamEvent } from "../../canonical/index.ts";
import type { ErrorContext } from "../upstream-error.ts";
import { errorEnvelope } from "./write-error.ts";
import { type AnswerOptions, idOf } from "./write-message.ts";
import { tokensOf, writeUsage } from "./write-usage.ts";

type Start = Extract<StreamEvent, { readonly type: "start" }>;
type End = Extract<StreamEvent, { readonly type: "end" }>;

/** Keeps a client that waits for a slow upstream; it may come at any time, also before the stream's own start. */
export const PING = toSse("ping", { type: "ping" });

/**
 * Writes a stream as the API does: one start, blocks numbered from 0 that never overlap, usage at the end, one stop.
 *
 * Clients size their context from the usage, so the start has an estimate where the upstream counts only at the end.
 */
export class StreamWriter {
  readonly #options: AnswerOptions & ErrorContext;
  /** Of the block that is open, or of the last one. */
  #index = -1;
  #open: OpenedBlock["type"] | undefined;
  #hasInput = false;
  #characters = 0;

  constructor(options: AnswerOptions & ErrorContext) {
    this.#options = options;
  }

  /** The text of one event, whole SSE events only; empty where the API says nothing. */
  push(event: StreamEvent): string {
    switch (event.type) {
      case "start":
        return this.#start(event);
      case "block":
        return this.#closeBlock() + this.#openBlock(event.block);
      case "delta":
        return this.#delta(event.delta);
      case "block_end":
        return this.#closeBlock();
      case "end":
        return this.#end(event);
      case "error":
        // Nothing is closed: an answer that broke off must not look whole.
        return toSse("error", errorEnvelope(event.error, this.#options));
      default:
        return event satisfies never;
    }
  }

  #start({ id, usage }: Start): string {
    const message = {
      id: idOf(id, this.#options),
      type: "message",
      role: "assistant",
      model: this.#options.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: writeUsage(usage, { input: this.#options.estimatedInputTokens, output: 0 }),
    };
    return toSse("message_start", { type: "message_start", message });
  }

  #openBlock(block: OpenedBlock): string {
    this.#index += 1;
    this.#open = block.type;
    this.#hasInput = false;
    return toSse("content_block_start", {
      type: "content_block_start",
      index: this.#index,
      content_block: writeOpened(block),
    });
  }

  #closeBlock(): string {
    if (this.#open === undefined) return "";
    // The API itself always sends a piece of input, and clients were built on that.
    const input = this.#open === "tool_use" && !this.#hasInput ? this.#input("") : "";
    this.#open = undefined;
    return input + toSse("content_block_stop", { type: "content_block_stop", index: this.#index });
  }

  #delta(delta: BlockDelta): string {
    switch (delta.type) {
      case "text":
        this.#characters += delta.text.length;
        return this.#piece({ type: "text_delta", text: delta.text });
      case "thinking":
        this.#characters += delta.text.length;
        return this.#piece({ type: "thinking_delta", thinking: delta.text });
      case "signature":
        return this.#piece({ type: "signature_delta", signature: delta.signature });
      case "input":
        return this.#input(delta.json);
      case "opaque":
        return this.#piece(delta.raw);
      default:
        return delta satisfies never;
    }
  }

  #input(json: string): string {
    this.#hasInput = true;
    this.#characters += json.length;
    return this.#piece({ type: "input_json_delta", partial_json: json });
  }

  /** Nearly all of a stream; put together by hand in half the time. */
  #piece(delta: JsonObject): string {
    return `${PIECE_BEGIN}${this.#index},"delta":${JSON.stringify(delta)}}\n\n`;
  }

  #end({ stopReason, stopSequence, usage }: End): string {
    // Clients take an answer without any block for a broken one, and ask again.
    const closing =
      this.#index < 0 ? this.#openBlock({ type: "text" }) + this.#closeBlock() : this.#closeBlock();
    const delta = { stop_reason: stopReason, stop_sequence: stopSequence ?? null };
    const counted = writeUsage(usage, {
      input: this.#options.estimatedInputTokens,
      output: tokensOf(this.#characters),
    });
    return (
      closing +
      toSse("message_delta", { type: "message_delta", delta, usage: counted }) +
      toSse("message_stop", { type: "message_stop" })
    );
  }
}

function writeOpened(block: OpenedBlock): JsonObject {
  switch (block.type) {
    case "text":
      return { type: "text", text: "" };
    case "thinking":
      return { type: "thinking", thinking: "", signature: "" };
    case "redacted_thinking":
      return { type: "redacted_thinking", data: block.data };
    case "tool_use":
      return { ...block.extra, type: "tool_use", id: block.id, name: block.name, input: {} };
    case "opaque":
      return block.raw;
    default:
      return block satisfies never;
  }
}

const PIECE_BEGIN = 'event: content_block_delta\ndata: {"type":"content_block_delta","index":';

/** Clients read the name's line, not only the type inside. */
function toSse(name: string, data: JsonObject): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
