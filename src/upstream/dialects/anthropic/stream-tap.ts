import { isObject, parseJson } from "../../../base/json.ts";
import { SseSplitter, WINDOW_BYTES } from "../../sse/splitter.ts";
import { countDeltaText, countParsedDeltaText } from "./delta-text.ts";
import { NOTHING_OBSERVED, type Observation, shortText, type Tap } from "./observation.ts";
import { parseSseEvent } from "./sse-event.ts";
import { mergeUsage, readableUsage } from "./usage-merge.ts";

/** Characters that tell `event: content_block_delta` from the other events; most events are one, so few are compared. */
const DELTA_MARKS = [
  [7, 0x63],
  [21, 0x64],
  [26, 0x0a],
] as const;
const BLOCK_START = "event: content_block_start\n";
const UNINTERESTING = ["event: ping\n", "event: content_block_stop\n"];

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Reads model, stop reason, usage and the amount of delivered text from a stream of Anthropic events.
 *
 * Most events are classified by their first line and never parsed. A bug in here ends the observation, not the exchange,
 * and `atBoundary` stays exact all the same (design R20).
 */
export class StreamTap implements Tap {
  readonly #splitter = new SseSplitter((text, from, end) => this.#observe(text, from, end));
  #seen: { -readonly [Key in keyof Observation]: Observation[Key] } = { ...NOTHING_OBSERVED };
  #sawDeltaUsage = false;

  get atBoundary(): boolean {
    return this.#splitter.atBoundary;
  }

  push(chunk: Uint8Array): void {
    this.#splitter.push(chunk);
  }

  finish(): Observation {
    this.#splitter.finish();
    const seen = this.#seen;
    return {
      ...seen,
      usageComplete: this.#sawDeltaUsage && (seen.stopReason !== undefined || seen.sawMessageStop),
      skippedEvents: seen.skippedEvents + this.#splitter.skippedEvents,
    };
  }

  #observe(text: string, from: number, end: number): void {
    if (this.#seen.failed) return;
    try {
      this.#read(text, from, end);
    } catch {
      this.#seen.failed = true;
    }
  }

  #read(text: string, from: number, end: number): void {
    if (isDelta(text, from)) {
      const bytes = countDeltaText(text, from, end);
      if (bytes === undefined) this.#parse(text.slice(from, end));
      else this.#seen.deliveredTextBytes += bytes;
    } else if (text.startsWith(BLOCK_START, from)) {
      // Only a fallback block tells something; the text of other blocks comes in deltas.
      const event = text.slice(from, end);
      if (event.includes('"fallback"')) this.#parse(event);
    } else if (!UNINTERESTING.some((start) => text.startsWith(start, from))) {
      this.#parse(text.slice(from, end));
    }
  }

  #parse(text: string): void {
    const { name, data } = parseSseEvent(text);
    if (data === "" || data === "[DONE]") return;
    const parsed = parseJson(Buffer.from(data, "latin1"), { maxBytes: WINDOW_BYTES });
    if (!parsed.ok || !isObject(parsed.value)) {
      this.#seen.skippedEvents += 1;
      return;
    }
    const event = parsed.value;
    switch (name === "" ? event["type"] : name) {
      case "message_start":
        return this.#messageStart(event);
      case "message_delta":
        return this.#messageDelta(event);
      case "message_stop":
        this.#seen.sawMessageStop = true;
        return;
      case "content_block_start":
        return this.#blockStart(event);
      case "content_block_delta":
        this.#seen.deliveredTextBytes += countParsedDeltaText(event);
        return;
      case "error":
        this.#seen.errorType = shortText(objectAt(event, "error")["type"]) ?? "unknown";
        return;
      default:
        return;
    }
  }

  #messageStart(event: JsonObject): void {
    const message = objectAt(event, "message");
    this.#seen.sawMessageStart = true;
    this.#seen.servedModel = shortText(message["model"]) ?? this.#seen.servedModel;
    this.#seen.messageId = shortText(message["id"]) ?? this.#seen.messageId;
    this.#seen.stopReason = shortText(message["stop_reason"]) ?? this.#seen.stopReason;
    this.#addUsage(message["usage"]);
  }

  #messageDelta(event: JsonObject): void {
    const delta = objectAt(event, "delta");
    this.#seen.stopReason = shortText(delta["stop_reason"]) ?? this.#seen.stopReason;
    if (this.#addUsage(event["usage"])) this.#sawDeltaUsage = true;
  }

  /**
   * A server-side fallback: the model that takes over is named here and not in `message_start`.
   * @source https://platform.claude.com/docs/en/build-with-claude/refusals-and-fallback (read 2026-11-20)
   */
  #blockStart(event: JsonObject): void {
    const block = objectAt(event, "content_block");
    if (block["type"] !== "fallback") return;
    this.#seen.servedModel = shortText(objectAt(block, "to")["model"]) ?? this.#seen.servedModel;
  }

  #addUsage(value: unknown): boolean {
    if (value === undefined || value === null) return false;
    const usage = readableUsage(value);
    const merged = usage && readableUsage(mergeUsage(this.#seen.usage ?? {}, usage));
    if (merged === undefined) {
      this.#seen.skippedEvents += 1;
      // What was kept is no longer the provider's last word.
      this.#sawDeltaUsage = false;
      return false;
    }
    this.#seen.usage = merged;
    return true;
  }
}

function objectAt(parent: JsonObject, key: string): JsonObject {
  const value = parent[key];
  return isObject(value) ? value : {};
}

/** An event taken for a delta by mistake counts nothing, for it has no delta's text. */
function isDelta(text: string, from: number): boolean {
  return DELTA_MARKS.every(([at, code]) => text.charCodeAt(from + at) === code);
}
