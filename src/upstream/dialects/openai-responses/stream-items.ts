import type { JsonObject, StreamEvent } from "../../../canonical/index.ts";
import { textOf } from "../shared/fields.ts";
import { CallItem } from "./call-item.ts";
import { type ItemReader, NOTHING_PRODUCED } from "./item-reader.ts";
import { MessageItem } from "./message-item.ts";
import type { ItemContext } from "./read-items.ts";
import { ReasoningItem } from "./reasoning-stream.ts";
import { readSearch } from "./web-search.ts";

/** The reader of an item, by what is known of it at first. */
export function openItem(item: JsonObject, context: ItemContext): ItemReader {
  switch (textOf(item["type"])) {
    case "message":
      return new MessageItem();
    case "reasoning":
      return new ReasoningItem();
    case "function_call":
      return new CallItem(item, context);
    default:
      return new WholeItem(item);
  }
}

/** An item of which only the end is of use: searches, and what no request of ours asks for. */
class WholeItem implements ItemReader {
  readonly produced = NOTHING_PRODUCED;
  readonly #first: JsonObject;

  constructor(first: JsonObject) {
    this.#first = first;
  }

  push(): readonly StreamEvent[] {
    return [];
  }

  finish(last: JsonObject | undefined): readonly StreamEvent[] {
    const item = last ?? this.#first;
    if (item["type"] !== "web_search_call") {
      const kind = textOf(item["type"]);
      return [{ type: "block", block: { type: "opaque", kind, raw: item } }, { type: "block_end" }];
    }
    const { call, input, result } = readSearch(item);
    return [
      { type: "block", block: call },
      { type: "delta", delta: { type: "input", json: input } },
      { type: "block_end" },
      { type: "block", block: result },
      { type: "block_end" },
    ];
  }
}
