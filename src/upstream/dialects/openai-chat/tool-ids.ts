import { type WireRule, wireId } from "../../wire-names.ts";

/** What ids of calls an upstream takes: any, any of up to 40 characters, or exactly 9 letters and digits. */
export type ToolIdRule = "opaque" | "40" | "mistral9";

const ANYTHING = "\\s\\S";

const RULES: Readonly<Record<ToolIdRule, WireRule>> = {
  opaque: { characters: ANYTHING, maxLength: 1_000 },
  "40": { characters: ANYTHING, maxLength: 40 },
  mistral9: { characters: "a-zA-Z0-9", maxLength: 9 },
};

/**
 * Gives each call of a conversation an id that the upstream takes and that no other call has. The id of a call depends only
 * on what stands before it, so a conversation that grows keeps its prefix.
 */
export class WireIds {
  readonly #rule: ToolIdRule;
  readonly #taken = new Set<string>();

  constructor(rule: ToolIdRule) {
    this.#rule = rule;
  }

  assign(clientId: string): string {
    let id = this.#fit(clientId);
    for (let copy = 2; this.#taken.has(id); copy += 1) id = this.#fit(`${clientId}#${copy}`);
    this.#taken.add(id);
    return id;
  }

  #fit(id: string): string {
    // Nine characters are also the least: a shorter id becomes one that the rule has to change.
    const isShort = this.#rule === "mistral9" && id.length < 9;
    return wireId(isShort ? `${id}#` : id, RULES[this.#rule]);
  }
}
