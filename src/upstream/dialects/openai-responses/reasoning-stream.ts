import type { JsonObject, StreamEvent } from "../../../canonical/index.ts";
import { countOf, textOf } from "../shared/fields.ts";
import { type ItemReader, NOTHING_PRODUCED } from "./item-reader.ts";
import { PartSequence } from "./part-sequence.ts";
import { PART_BREAK, thoughtsOf } from "./read-items.ts";
import { signatureOf } from "./reasoning-item.ts";

const OPEN: StreamEvent = { type: "block", block: { type: "thinking" } };
const thought = (text: string): StreamEvent => ({
  type: "delta",
  delta: { type: "thinking", text },
});

/** Thinking: all its summaries and thoughts are one block, whose proof is the item itself. */
export class ReasoningItem implements ItemReader {
  readonly produced = NOTHING_PRODUCED;
  #isOpen = false;
  readonly #parts = new PartSequence({
    open: () => {
      const events = this.#isOpen ? [thought(PART_BREAK)] : [OPEN];
      this.#isOpen = true;
      return events;
    },
    text: thought,
    close: () => [],
  });

  push(type: string, event: JsonObject): readonly StreamEvent[] {
    const summary = `summary ${countOf(event["summary_index"]) ?? 0}`;
    const content = `content ${countOf(event["content_index"]) ?? 0}`;
    switch (type) {
      case "response.reasoning_summary_text.delta":
        return this.#parts.add(summary, textOf(event["delta"]));
      case "response.reasoning_summary_text.done":
        return this.#parts.end(summary, textOf(event["text"]));
      case "response.reasoning_summary_part.done":
        return this.#parts.end(summary);
      case "response.reasoning_text.delta":
        return this.#parts.add(content, textOf(event["delta"]));
      case "response.reasoning_text.done":
        return this.#parts.end(content, textOf(event["text"]));
      default:
        return [];
    }
  }

  finish(item: JsonObject | undefined): readonly StreamEvent[] {
    const { summary, content } = thoughtsOf(item ?? {});
    const events = [
      ...summary.flatMap((text, index) => this.#parts.end(`summary ${index}`, text)),
      ...content.flatMap((text, index) => this.#parts.end(`content ${index}`, text)),
      ...this.#parts.endAll(),
    ];
    const signature = item === undefined ? undefined : signatureOf(item);
    if (signature !== undefined) {
      if (!this.#isOpen) events.push(OPEN);
      this.#isOpen = true;
      events.push({ type: "delta", delta: { type: "signature", signature } });
    }
    return this.#isOpen ? [...events, { type: "block_end" }] : events;
  }
}
