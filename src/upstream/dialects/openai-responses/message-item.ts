import type { JsonObject, StreamEvent } from "../../../canonical/index.ts";
import { countOf, objectOf, textOf } from "../shared/fields.ts";
import type { Produced } from "../shared/stop-reason.ts";
import type { ItemReader } from "./item-reader.ts";
import { PartSequence } from "./part-sequence.ts";
import { hasRefusal, messageTexts } from "./read-items.ts";

/** A message: each of its parts is a text block, a refusal too. */
export class MessageItem implements ItemReader {
  readonly #parts = new PartSequence({
    open: () => [{ type: "block", block: { type: "text" } }],
    text: (text) => ({ type: "delta", delta: { type: "text", text } }),
    close: () => [{ type: "block_end" }],
  });
  #hasRefusal = false;

  get produced(): Produced {
    return { hasCall: false, hasRefusal: this.#hasRefusal, hasBrokenCall: false };
  }

  push(type: string, event: JsonObject): readonly StreamEvent[] {
    const key = String(countOf(event["content_index"]) ?? 0);
    switch (type) {
      case "response.refusal.delta":
        this.#hasRefusal = true;
        return this.#parts.add(key, textOf(event["delta"]));
      case "response.output_text.delta":
        return this.#parts.add(key, textOf(event["delta"]));
      case "response.output_text.done":
        return this.#end(key, event["text"]);
      case "response.refusal.done":
        this.#hasRefusal = true;
        return this.#end(key, event["refusal"]);
      case "response.content_part.done": {
        const part = objectOf(event["part"]);
        return this.#end(key, part["text"] ?? part["refusal"]);
      }
      default:
        return [];
    }
  }

  finish(item: JsonObject | undefined): readonly StreamEvent[] {
    if (item === undefined) return this.#parts.endAll();
    this.#hasRefusal ||= hasRefusal(item);
    const texts = messageTexts(item);
    return [
      ...texts.flatMap((text, index) => this.#parts.end(String(index), text)),
      ...this.#parts.endAll(),
    ];
  }

  #end(key: string, text: unknown): readonly StreamEvent[] {
    return this.#parts.end(key, typeof text === "string" ? text : undefined);
  }
}
