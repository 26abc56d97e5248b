import type { JsonObject, StreamEvent } from "../../../canonical/index.ts";
import type { Produced } from "../shared/stop-reason.ts";
import type { ItemReader } from "./item-reader.ts";
import type { ItemContext } from "./read-items.ts";
import { openItem } from "./stream-items.ts";

interface Place {
  readonly reader: ItemReader;
  readonly type: unknown;
  /** What waits for the items before it. */
  waiting: StreamEvent[];
  isOver: boolean;
}

/**
 * Lets the items of an answer out one behind the other, in the order in which they began, however their events are mixed:
 * never are two blocks open. Items are known by their place, for some servers change their ids.
 */
export class ItemQueue {
  readonly #context: ItemContext;
  readonly #places = new Map<number, Place>();
  #last = 0;

  constructor(context: ItemContext) {
    this.#context = context;
  }

  get produced(): Produced {
    const all = [...this.#places.values()].map(({ reader }) => reader.produced);
    return {
      hasCall: all.some((produced) => produced.hasCall),
      hasRefusal: all.some((produced) => produced.hasRefusal),
      hasBrokenCall: all.some((produced) => produced.hasBrokenCall),
    };
  }

  /** Without an index an item stands behind all others. */
  add(index: number | undefined, item: JsonObject): readonly StreamEvent[] {
    this.#last = index ?? this.#places.size;
    if (!this.#places.has(this.#last)) this.#open(this.#last, item);
    return [];
  }

  push(index: number | undefined, type: string, event: JsonObject): readonly StreamEvent[] {
    const place = this.#places.get(index ?? this.#last);
    if (place === undefined || place.isOver) return [];
    place.waiting.push(...place.reader.push(type, event));
    return this.#letOut();
  }

  finish(index: number | undefined, item: JsonObject): readonly StreamEvent[] {
    const at = index ?? (this.#places.get(this.#last)?.isOver === false ? this.#last : undefined);
    this.#end(at ?? this.#places.size, item);
    return this.#letOut();
  }

  /** The answer is over. Its own list of items helps out where the stream did not tell of them. */
  finishAll(output: readonly JsonObject[]): readonly StreamEvent[] {
    if (this.#places.size === 0) output.forEach((item, index) => this.#end(index, item));
    for (const [index, place] of this.#places) {
      const item = output[index];
      const isSame = item !== undefined && item["type"] === place.type;
      if (!place.isOver) this.#end(index, isSame ? item : undefined);
    }
    return this.#letOut();
  }

  #open(index: number, item: JsonObject): Place {
    const reader = openItem(item, this.#context);
    const place = { reader, type: item["type"], waiting: [], isOver: false };
    this.#places.set(index, place);
    return place;
  }

  #end(index: number, item: JsonObject | undefined): void {
    const place = this.#places.get(index) ?? this.#open(index, item ?? {});
    if (place.isOver) return;
    place.isOver = true;
    place.waiting.push(...place.reader.finish(item));
  }

  #letOut(): readonly StreamEvent[] {
    const events: StreamEvent[] = [];
    for (const place of this.#places.values()) {
      events.push(...place.waiting);
      place.waiting = [];
      if (!place.isOver) break;
    }
    return events;
  }
}
