import { type WireRule, wireId } from "../../wire-names.ts";
import { UniqueIds } from "./unique-ids.ts";

/** What every client can send back, and every upstream takes. */
const CLIENT_RULE: WireRule = { characters: "a-zA-Z0-9_-", maxLength: 64 };

/** Gives the calls of one answer ids that nothing in the conversation has. */
export class AnswerIds {
  readonly #ids: UniqueIds;
  #minted = 0;

  constructor(taken: ReadonlySet<string>) {
    this.#ids = new UniqueIds((id) => wireId(id, CLIENT_RULE), taken);
  }

  /** An id that the upstream left out is made from the answer's. */
  assign(callId: string, answerId = ""): string {
    return this.#ids.assign(callId === "" ? this.#mint(answerId) : callId);
  }

  #mint(answerId: string): string {
    this.#minted += 1;
    return `call_${answerId}_${this.#minted}`;
  }
}
