import { type WireRule, wireId } from "../../wire-names.ts";

/** What ids of calls an upstream takes: any, any of up to 40 characters, or exactly 9 letters and digits. */
export type ToolIdRule = "opaque" | "40" | "mistral9";

const ANYTHING = "\\s\\S";

const RULES: Readonly<Record<ToolIdRule, WireRule>> = {
  opaque: { characters: ANYTHING, maxLength: 1_000 },
  "40": { characters: ANYTHING, maxLength: 40 },
  mistral9: { characters: "a-zA-Z0-9", maxLength: 9 },
};

/** The id of a call as the upstream takes it. */
export function fitId(id: string, rule: ToolIdRule): string {
  // Nine characters are also the least: a shorter id becomes one that the rule has to change.
  const isShort = rule === "mistral9" && id.length < 9;
  return wireId(isShort ? `${id}#` : id, RULES[rule]);
}
