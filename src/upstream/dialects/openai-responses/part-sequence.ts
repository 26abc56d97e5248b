import type { StreamEvent } from "../../../canonical/index.ts";

interface Part {
  text: string;
  /** Characters of the text that were handed over. */
  given: number;
  isOver: boolean;
}

/** How the text of parts becomes events. */
export interface PartEvents {
  /** Before the first text of a part. */
  open(): readonly StreamEvent[];
  text(piece: string): StreamEvent;
  /** Behind a part that was opened. */
  close(): readonly StreamEvent[];
}

/**
 * Puts the parts of one item, which may come interleaved, one behind the other: the first that is not over is handed
 * over as it comes, the others wait. What a part's end says of its text counts over the pieces that came before.
 */
export class PartSequence {
  readonly #events: PartEvents;
  /** In the order in which they first came. */
  readonly #parts = new Map<string, Part>();

  constructor(events: PartEvents) {
    this.#events = events;
  }

  add(key: string, piece: string): readonly StreamEvent[] {
    const part = this.#part(key);
    if (!part.isOver) part.text += piece;
    return this.#advance();
  }

  /** `text` is the whole text, where the end tells it. */
  end(key: string, text?: string): readonly StreamEvent[] {
    const part = this.#part(key);
    if (!part.isOver && text !== undefined) complete(part, text);
    part.isOver = true;
    return this.#advance();
  }

  endAll(): readonly StreamEvent[] {
    for (const part of this.#parts.values()) part.isOver = true;
    return this.#advance();
  }

  #part(key: string): Part {
    const known = this.#parts.get(key);
    if (known !== undefined) return known;
    const part = { text: "", given: 0, isOver: false };
    this.#parts.set(key, part);
    return part;
  }

  #advance(): readonly StreamEvent[] {
    const events: StreamEvent[] = [];
    for (const part of this.#parts.values()) {
      if (part.given < part.text.length) {
        if (part.given === 0) events.push(...this.#events.open());
        events.push(this.#events.text(part.text.slice(part.given)));
        part.given = part.text.length;
      }
      if (!part.isOver) break;
      if (part.given > 0) {
        events.push(...this.#events.close());
        part.text = "";
        part.given = 0;
      }
    }
    return events;
  }
}

/** What was handed over cannot be taken back: a text that contradicts it is left as it came. */
function complete(part: Part, text: string): void {
  if (text.startsWith(part.text.slice(0, part.given))) part.text = text;
}
