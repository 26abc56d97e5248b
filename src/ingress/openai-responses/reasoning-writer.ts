import type { BlockDelta, JsonObject, OpenedBlock } from "../../canonical/index.ts";
import type { FinishedItem, ItemWriter } from "./item-writer.ts";
import { carried } from "./reasoning.ts";

/** A thought: its text is the summary that clients show, and its seal is what they send back unread. */
export class ReasoningWriter implements ItemWriter {
  readonly lingers = false;
  readonly #id: string;
  readonly #isHidden: boolean;
  #text = "";
  #signature: string | undefined;

  constructor(id: string, block: OpenedBlock) {
    this.#id = id;
    this.#isHidden = block.type === "redacted_thinking";
    this.#signature = block.type === "redacted_thinking" ? block.data : undefined;
  }

  get first(): JsonObject {
    return { id: this.#id, type: "reasoning", summary: [] };
  }

  takes(): boolean {
    return false;
  }

  open(): readonly JsonObject[] {
    return [];
  }

  push(delta: BlockDelta): readonly JsonObject[] {
    if (delta.type === "signature") this.#signature = (this.#signature ?? "") + delta.signature;
    if (delta.type !== "thinking" || delta.text === "") return [];
    const begin = { type: "response.reasoning_summary_part.added", ...PLACE, part: textPart("") };
    const begins = this.#text === "" ? [begin] : [];
    this.#text += delta.text;
    const { text } = delta;
    return [...begins, { type: "response.reasoning_summary_text.delta", ...PLACE, delta: text }];
  }

  endBlock(): readonly JsonObject[] {
    if (this.#text === "") return [];
    const part = textPart(this.#text);
    return [
      { type: "response.reasoning_summary_text.done", ...PLACE, text: this.#text },
      { type: "response.reasoning_summary_part.done", ...PLACE, part },
    ];
  }

  finish(): FinishedItem {
    const encrypted = carried(this.#signature, this.#isHidden);
    const item = {
      ...this.first,
      summary: this.#text === "" ? [] : [textPart(this.#text)],
      ...(encrypted === undefined ? {} : { encrypted_content: encrypted }),
    };
    return { events: [], item };
  }
}

const PLACE = { summary_index: 0 };

function textPart(text: string): JsonObject {
  return { type: "summary_text", text };
}
