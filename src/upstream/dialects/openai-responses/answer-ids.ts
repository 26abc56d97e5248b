import { type WireRule, wireId } from "../../wire-names.ts";

/** What every client can send back, and every upstream takes. */
const CLIENT_RULE: WireRule = { characters: "a-zA-Z0-9_-", maxLength: 64 };

/** Gives the calls of one answer ids that nothing in the conversation has: some upstreams count anew in every turn. */
export class AnswerIds {
  readonly #taken: Set<string>;

  constructor(taken: ReadonlySet<string>) {
    this.#taken = new Set(taken);
  }

  assign(callId: string): string {
    const base = wireId(callId, CLIENT_RULE);
    let id = base;
    for (let copy = 2; this.#taken.has(id); copy += 1) id = wireId(`${base}_${copy}`, CLIENT_RULE);
    this.#taken.add(id);
    return id;
  }
}
