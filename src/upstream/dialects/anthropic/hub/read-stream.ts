import { isObject } from "../../../../base/json.ts";
import {
  type AnswerContext,
  type BlockDelta,
  type JsonObject,
  jsonText,
  type OpenedBlock,
  parseExact,
  type StreamEvent,
  type StreamReader,
  type UpstreamError,
} from "../../../../canonical/index.ts";
import type { ServerSentEvent } from "../../../sse/parse-event.ts";
import { textOf } from "../../shared/fields.ts";
import { mergeUsage } from "../usage-merge.ts";
import { homeOf, openBlock, readDelta } from "./open-block.ts";
import { describeError } from "./read-error.ts";
import { AnswerCalls, isNameless, textOrNothing } from "./read-message.ts";
import { readStopReason } from "./read-stop.ts";
import { readUsage } from "./read-usage.ts";

/** As much as a whole request may have. */
const MAX_EVENT_BYTES = 32 * 1024 * 1024;

const BROKE_OFF: UpstreamError = {
  kind: "server",
  message: "The upstream's answer broke off before its end.",
};
const UNREADABLE: UpstreamError = {
  kind: "server",
  message: "The upstream's answer has an event that is not JSON.",
};

/**
 * Reads a stream of the Messages API; strict in what it gives, lenient in what it takes.
 *
 * Other programs speak this dialect too, and forget starts and stops or send a piece to a block of another kind.
 */
export class MessageStreamReader implements StreamReader {
  readonly #calls: AnswerCalls;
  #phase: "before" | "within" | "over" = "before";
  #open: OpenedBlock["type"] | undefined;
  /** The input that a call was opened with; pieces that follow replace it. */
  #held: BlockDelta | undefined;
  #hasCall = false;
  #usage: JsonObject = {};
  #stop: { readonly reason: unknown; readonly sequence: string | undefined } | undefined;
  #out: StreamEvent[] = [];

  constructor(context: AnswerContext) {
    this.#calls = new AnswerCalls(context);
  }

  push({ event, data }: ServerSentEvent): readonly StreamEvent[] {
    if (this.#phase === "over" || data === "" || data.trim() === "[DONE]") return [];
    const parsed = parseExact(data, { maxBytes: MAX_EVENT_BYTES });
    if (isObject(parsed)) this.#read(textOrNothing(parsed["type"]) ?? event, parsed);
    else this.#fail(UNREADABLE);
    return this.#takeOut();
  }

  end(): readonly StreamEvent[] {
    if (this.#phase === "over") return [];
    // Clients take an answer whose reason to stop was told as whole, so it is.
    if (this.#stop === undefined) this.#fail(BROKE_OFF);
    else this.#finish();
    return this.#takeOut();
  }

  #read(type: string | undefined, event: JsonObject): void {
    switch (type) {
      case "message_start":
        return this.#begin(objectAt(event, "message"));
      case "content_block_start":
        return this.#openBlock(objectAt(event, "content_block"));
      case "content_block_delta":
        return this.#delta(objectAt(event, "delta"));
      case "content_block_stop":
        return this.#closeBlock();
      case "message_delta":
        return this.#messageDelta(event);
      case "message_stop":
        return this.#finish();
      case "error":
        return this.#fail(describeError(event));
      default:
        // Other servers of this dialect leave the type of an error out.
        if (isObject(event["error"])) this.#fail(describeError(event));
    }
  }

  #begin(message: JsonObject): void {
    if (this.#phase !== "before") return;
    this.#phase = "within";
    this.#addUsage(message["usage"]);
    const usage = readUsage(message["usage"]);
    this.#out.push({
      type: "start",
      id: textOf(message["id"]),
      model: textOf(message["model"]),
      ...(usage && { usage }),
    });
  }

  #openBlock(raw: JsonObject): void {
    this.#begin({});
    this.#closeBlock();
    if (typeof raw["type"] !== "string" || isNameless(raw)) return;
    const { block, held } = openBlock(raw, this.#calls);
    this.#open = block.type;
    this.#out.push({ type: "block", block });
    if (block.type === "tool_use") {
      this.#hasCall = true;
      this.#held = held;
    } else if (held !== undefined) {
      this.#out.push({ type: "delta", delta: held });
    }
  }

  #delta(raw: JsonObject): void {
    const delta = readDelta(raw, this.#open === "opaque");
    if (delta === undefined) return;
    const home = homeOf(delta);
    if (home !== undefined && this.#open !== "opaque" && this.#open !== home) {
      // Input without a call names no tool: nobody could run it.
      if (home === "tool_use") return;
      this.#openBlock({ type: home });
    }
    if (this.#open === undefined) return;
    if (delta.type === "input") this.#held = undefined;
    this.#out.push({ type: "delta", delta });
  }

  #closeBlock(): void {
    if (this.#open === undefined) return;
    if (this.#held !== undefined) this.#out.push({ type: "delta", delta: this.#held });
    this.#held = undefined;
    this.#open = undefined;
    this.#out.push({ type: "block_end" });
  }

  #messageDelta(event: JsonObject): void {
    this.#addUsage(event["usage"]);
    const delta = objectAt(event, "delta");
    const reason = textOrNothing(delta["stop_reason"]);
    if (reason !== undefined) {
      this.#stop = { reason, sequence: textOrNothing(delta["stop_sequence"]) };
    }
  }

  #finish(): void {
    this.#begin({});
    this.#closeBlock();
    this.#phase = "over";
    const usage = readUsage(this.#usage);
    const stopSequence = this.#stop?.sequence;
    this.#out.push({
      type: "end",
      stopReason: readStopReason(this.#stop?.reason, this.#hasCall),
      ...(stopSequence !== undefined && { stopSequence }),
      ...(usage && { usage }),
    });
  }

  #fail(error: UpstreamError): void {
    this.#phase = "over";
    this.#out.push({ type: "error", error });
  }

  /** Counts are cumulative, and the last word on each is the true one. */
  #addUsage(value: unknown): void {
    const isReadable = isObject(value) && jsonText(value) !== undefined;
    if (isReadable) this.#usage = mergeUsage(this.#usage, value);
  }

  #takeOut(): readonly StreamEvent[] {
    const events = this.#out;
    this.#out = [];
    return events;
  }
}

function objectAt(parent: JsonObject, name: string): JsonObject {
  const value = parent[name];
  return isObject(value) ? value : {};
}
