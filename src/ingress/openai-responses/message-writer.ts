import type { BlockDelta, JsonObject, OpenedBlock } from "../../canonical/index.ts";
import type { FinishedItem, ItemWriter } from "./item-writer.ts";

/** A message: texts that follow each other are its parts, for clients show each message apart. */
export class MessageWriter implements ItemWriter {
  readonly lingers = true;
  readonly #id: string;
  readonly #parts: JsonObject[] = [];
  #text = "";

  constructor(id: string) {
    this.#id = id;
  }

  get first(): JsonObject {
    return this.#item("in_progress");
  }

  takes(block: OpenedBlock): boolean {
    return block.type === "text";
  }

  open(): readonly JsonObject[] {
    this.#text = "";
    return [{ type: "response.content_part.added", ...this.#place(), part: textPart("") }];
  }

  push(delta: BlockDelta): readonly JsonObject[] {
    if (delta.type !== "text" || delta.text === "") return [];
    this.#text += delta.text;
    return [
      { type: "response.output_text.delta", ...this.#place(), delta: delta.text, logprobs: [] },
    ];
  }

  endBlock(): readonly JsonObject[] {
    const place = this.#place();
    const part = textPart(this.#text);
    this.#parts.push(part);
    return [
      { type: "response.output_text.done", ...place, text: this.#text, logprobs: [] },
      { type: "response.content_part.done", ...place, part },
    ];
  }

  finish(isCut: boolean): FinishedItem {
    return { events: [], item: this.#item(isCut ? "incomplete" : "completed") };
  }

  #place() {
    return { content_index: this.#parts.length };
  }

  #item(status: string): JsonObject {
    const content = [...this.#parts];
    return { id: this.#id, type: "message", status, role: "assistant", content };
  }
}

function textPart(text: string): JsonObject {
  return { type: "output_text", text, annotations: [], logprobs: [] };
}
