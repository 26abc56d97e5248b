import type { JsonObject } from "../../canonical/index.ts";
import { type AnswerDelta, PARAGRAPH } from "./answer-delta.ts";

/**
 * Says thinking as deltas: as text for clients that show it, and in `reasoning_details`, where its proof is. Clients that
 * send it back send the details.
 *
 * A proof without text waits for what follows it: right before a call it goes on the call, as Google's own API has it.
 */
export class ThinkingDeltas {
  #index = 0;
  #proof = "";
  #hasText = false;
  #hasToldText = false;
  #carried = "";

  open(): void {
    this.#proof = "";
    this.#hasText = false;
  }

  text(text: string): readonly AnswerDelta[] {
    if (text === "") return [];
    const isApart = this.#hasToldText && !this.#hasText;
    this.#hasText = true;
    this.#hasToldText = true;
    return [
      {
        reasoning_content: isApart ? PARAGRAPH + text : text,
        ...this.#detail({ type: "reasoning.text", text }),
      },
    ];
  }

  sign(proof: string): void {
    this.#proof += proof;
  }

  close(): readonly AnswerDelta[] {
    if (!this.#hasText) {
      this.#carried = this.#proof;
      return [];
    }
    const signature = this.#proof;
    return signature === "" ? this.#next([]) : this.#whole({ type: "reasoning.text", signature });
  }

  redacted(data: string): readonly AnswerDelta[] {
    return this.#whole({ type: "reasoning.encrypted", data });
  }

  /** The proof that goes on the call which follows it; empty where there is none. */
  takeCarried(): string {
    const carried = this.#carried;
    this.#carried = "";
    return carried;
  }

  /** The same where no call follows. */
  tellCarried(): readonly AnswerDelta[] {
    const signature = this.takeCarried();
    return signature === "" ? [] : this.#whole({ type: "reasoning.text", text: "", signature });
  }

  #whole(detail: JsonObject): readonly AnswerDelta[] {
    return this.#next([this.#detail(detail)]);
  }

  #detail(detail: JsonObject): AnswerDelta {
    return { reasoning_details: [{ ...detail, index: this.#index }] };
  }

  #next(told: readonly AnswerDelta[]): readonly AnswerDelta[] {
    this.#index += 1;
    return told;
  }
}
