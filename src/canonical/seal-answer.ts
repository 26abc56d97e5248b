import type { KeyObject } from "node:crypto";
import type { Block } from "./blocks.ts";
import type { Message } from "./message.ts";
import { sealThinking } from "./provenance.ts";
import type { StreamEvent } from "./stream.ts";

/** Whose thinking an answer has, and the key that marks it. */
export interface Sealing {
  readonly provider: string;
  readonly key: KeyObject;
}

/** Marks all thinking of a whole answer as the provider's: unmarked thinking is taken for Anthropic's. */
export function sealMessage(message: Message, sealing: Sealing): Message {
  return { ...message, content: message.content.map((block) => sealBlock(block, sealing)) };
}

function sealBlock(block: Block, { provider, key }: Sealing): Block {
  if (block.type === "thinking") {
    return { ...block, signature: sealThinking(provider, block.signature ?? "", key) };
  }
  if (block.type === "redacted_thinking") {
    return { ...block, data: sealThinking(provider, block.data, key) };
  }
  return block;
}

/** The same for a stream: each thinking block ends with a mark, with the provider's own proof in it where it gave one. */
export class StreamSealer {
  readonly #sealing: Sealing;
  /** The proof so far of the thinking block that is open. */
  #proof: string | undefined;

  constructor(sealing: Sealing) {
    this.#sealing = sealing;
  }

  push(event: StreamEvent): readonly StreamEvent[] {
    const { provider, key } = this.#sealing;
    if (event.type === "block") {
      const { block } = event;
      this.#proof = block.type === "thinking" ? "" : undefined;
      if (block.type !== "redacted_thinking") return [event];
      return [{ ...event, block: { ...block, data: sealThinking(provider, block.data, key) } }];
    }
    if (event.type === "delta" && event.delta.type === "signature") {
      this.#proof = (this.#proof ?? "") + event.delta.signature;
      return [];
    }
    if (event.type !== "block_end" || this.#proof === undefined) return [event];
    const signature = sealThinking(provider, this.#proof, key);
    this.#proof = undefined;
    return [{ type: "delta", delta: { type: "signature", signature } }, event];
  }
}
