import type { BlockDelta, JsonObject, OpenedBlock, StreamEvent } from "../../../canonical/index.ts";
import { detailsSignature, mergeDetails } from "./reasoning-details.ts";

/**
 * Turns what a stream says into blocks, of which one is open at a time. Text that is only blanks makes no block: no upstream
 * would take it back.
 */
export class AnswerBlocks {
  readonly #keepsDetails: boolean;
  #events: StreamEvent[] = [];
  #open: OpenedBlock["type"] | undefined;
  #hasCalls = false;
  /** Blanks that become part of the text once there is any. */
  #blanks = "";
  /** Reasoning tokens that no block has yet. */
  #details: readonly JsonObject[] = [];

  constructor(options: { readonly keepsDetails: boolean }) {
    this.#keepsDetails = options.keepsDetails;
  }

  /** What happened since the last time. */
  take(): readonly StreamEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  thinking(text: string): void {
    if (text === "") return;
    this.#turnTo({ type: "thinking" });
    this.#delta({ type: "thinking", text });
  }

  details(details: readonly JsonObject[]): void {
    if (this.#keepsDetails) this.#details = mergeDetails(this.#details, details);
  }

  text(text: string): void {
    const said = this.#open === "text" ? text : this.#blanks + text;
    if (said === "") return;
    if (this.#open !== "text" && said.trim() === "") {
      this.#blanks = said;
      return;
    }
    this.#blanks = "";
    this.#turnTo({ type: "text" });
    this.#delta({ type: "text", text: said });
  }

  /** Reasoning tokens that came since the first call wait until all calls are told. */
  openCall(id: string, name: string): void {
    if (this.#hasCalls) this.#end();
    else this.close();
    this.#hasCalls = true;
    this.#start({ type: "tool_use", id, name });
  }

  input(json: string): void {
    if (json !== "") this.#delta({ type: "input", json });
  }

  closeCall(): void {
    this.#end();
  }

  /** Ends what is open; reasoning tokens without a block get one of their own. */
  close(): void {
    this.#blanks = "";
    this.#end();
    if (this.#details.length === 0) return;
    this.#start({ type: "thinking" });
    this.#end();
  }

  #turnTo(block: OpenedBlock): void {
    if (this.#open === block.type) return;
    // Tokens that come before their reasoning belong to its block.
    if (block.type === "thinking" && this.#open === undefined) this.#blanks = "";
    else this.close();
    this.#start(block);
  }

  #start(block: OpenedBlock): void {
    this.#open = block.type;
    this.#events.push({ type: "block", block });
  }

  #delta(delta: BlockDelta): void {
    this.#events.push({ type: "delta", delta });
  }

  #end(): void {
    if (this.#open === undefined) return;
    if (this.#open === "thinking" && this.#details.length > 0) {
      this.#delta({ type: "signature", signature: detailsSignature(this.#details) });
      this.#details = [];
    }
    this.#open = undefined;
    this.#events.push({ type: "block_end" });
  }
}
