import type { BlockDelta, JsonObject, StreamEvent } from "../../../canonical/index.ts";

/** Turns parts into blocks of which one at most is open. Owned by one reader of one answer. */
export class BlockEmitter {
  #events: StreamEvent[] = [];
  #open: "text" | "thinking" | undefined;
  /** Came with the text that is open; it goes behind that text, so that the text stays one block. */
  #lateSignature: string | undefined;
  #hasBlocks = false;

  get hasBlocks(): boolean {
    return this.#hasBlocks;
  }

  /** The events since the last call. */
  drain(): readonly StreamEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  text(text: string, signature?: string): void {
    if (this.#open !== "text" && signature !== undefined) {
      this.sign(signature);
    } else if (signature !== undefined) {
      if (this.#lateSignature !== undefined) this.close();
      this.#lateSignature = signature;
    }
    if (text !== "") this.#append({ type: "text", text });
  }

  thinking(text: string, signature?: string): void {
    if (text !== "") this.#append({ type: "thinking", text });
    if (signature !== undefined) this.sign(signature);
  }

  /** Signs the thinking that is open, or a block of its own in front of what comes next. */
  sign(signature: string): void {
    if (this.#open !== "thinking") this.#start("thinking");
    this.#delta({ type: "signature", signature });
    this.close();
  }

  toolUse(id: string, name: string, input: string): void {
    this.close();
    this.#whole(
      { type: "block", block: { type: "tool_use", id, name } },
      { type: "input", json: input },
    );
  }

  opaque(kind: string, raw: JsonObject): void {
    this.close();
    this.#whole({ type: "block", block: { type: "opaque", kind, raw } });
  }

  close(): void {
    if (this.#open === undefined) return;
    this.#events.push({ type: "block_end" });
    this.#open = undefined;
    const late = this.#lateSignature;
    this.#lateSignature = undefined;
    if (late !== undefined) this.sign(late);
  }

  #append(delta: BlockDelta & { readonly type: "text" | "thinking" }): void {
    if (this.#open !== delta.type) this.#start(delta.type);
    this.#delta(delta);
  }

  #start(type: "text" | "thinking"): void {
    this.close();
    this.#events.push({ type: "block", block: { type } });
    this.#open = type;
    this.#hasBlocks = true;
  }

  #whole(event: StreamEvent, delta?: BlockDelta): void {
    this.#events.push(event);
    if (delta !== undefined) this.#delta(delta);
    this.#events.push({ type: "block_end" });
    this.#hasBlocks = true;
  }

  #delta(delta: BlockDelta): void {
    this.#events.push({ type: "delta", delta });
  }
}
