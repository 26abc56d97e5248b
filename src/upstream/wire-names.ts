import { createHash } from "node:crypto";

/** What an upstream takes for a name or an id. */
export interface WireRule {
  /** The characters that may stand in it, as the inside of a regular expression's class. */
  readonly characters: string;
  readonly maxLength: number;
  /** Some upstreams refuse a name that begins with a digit or a dash. */
  readonly startsWithLetter?: boolean;
}

/**
 * @source https://platform.openai.com/docs/api-reference/responses/create#responses-create-tools (read 2026-11-25)
 */
export const OPENAI_NAME: WireRule = { characters: "a-zA-Z0-9_-", maxLength: 64 };

/** Eight digits of base 36 are 41 bits: no two of a request's names meet by chance. */
const HASH_DIGITS = 8;

/**
 * A tool's name as an upstream takes it: the name itself where the rule allows it, otherwise its start and a hash of the
 * whole. The same name always gives the same, so history, tools and choice agree and a prompt cache is hit.
 */
export function shortName(name: string, rule: WireRule): string {
  return fit(name, rule, "t_");
}

/** The same for the id of a tool call, which carries no meaning but its equality. */
export function wireId(id: string, rule: WireRule): string {
  return fit(id, rule, "id_");
}

function fit(text: string, rule: WireRule, letters: string): string {
  const refused = new RegExp(`[^${rule.characters}]`, "g");
  const startsWell = rule.startsWithLetter !== true || /^[a-zA-Z_]/.test(text);
  if (text !== "" && text.length <= rule.maxLength && startsWell && !refused.test(text)) {
    return text;
  }
  const hash = hashOf(text);
  const clean = `${startsWell && text !== "" ? "" : letters}${text.replace(refused, "_")}`;
  const room = rule.maxLength - hash.length - 1;
  return room > 0 ? `${clean.slice(0, room)}_${hash}` : hash.slice(0, rule.maxLength);
}

function hashOf(text: string): string {
  const number = createHash("sha256").update(text).digest().readBigUInt64BE();
  // The first character is a letter, so that the hash may stand alone.
  return `h${number.toString(36).padStart(HASH_DIGITS, "0").slice(-HASH_DIGITS)}`;
}
