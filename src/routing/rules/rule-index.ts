import type { CompiledRule } from "./compiled-rule.ts";
import { FACT_NAMES, type FactName, type RuleFacts } from "./facts.ts";
import { HEADER } from "./necessary.ts";

/** Where a rule stands among all of them. */
type Place = number;

/** The most telling first: what fewest requests have. Headers come before all of them. */
const BY_WORTH: readonly FactName[] = [
  "keyId",
  "key",
  "principal",
  "organisation",
  "model",
  "client",
  "provider",
  "class",
  "tier",
];

/**
 * Finds the rules that may be for a request without asking each. A rule that demands a text of some fact is kept under
 * that text; it is looked at only where the fact has it. The others are looked at for every request.
 */
export class RuleIndex {
  readonly #byText = new Map<string, Map<string, Place[]>>();
  readonly #always: Place[] = [];

  constructor(rules: readonly CompiledRule[]) {
    for (const [place, { necessary }] of rules.entries()) {
      const name = mostTelling(necessary);
      if (name === undefined) {
        this.#always.push(place);
        continue;
      }
      const texts = this.#byText.get(name) ?? new Map<string, Place[]>();
      this.#byText.set(name, texts);
      for (const text of new Set(necessary.get(name))) {
        texts.set(text, [...(texts.get(text) ?? []), place]);
      }
    }
  }

  /** In the rules' order. */
  candidates(facts: RuleFacts): readonly Place[] {
    const found: (readonly Place[])[] = [];
    for (const [name, texts] of this.#byText) {
      const text = textOf(facts, name);
      const places = text === undefined ? undefined : texts.get(text);
      if (places !== undefined) found.push(places);
    }
    if (found.length === 0) return this.#always;
    return [...this.#always, ...found.flat()].toSorted((a, b) => a - b);
  }
}

function mostTelling(necessary: CompiledRule["necessary"]): string | undefined {
  const names = [...necessary.keys()];
  return (
    names.find((name) => name.startsWith(HEADER)) ?? BY_WORTH.find((name) => necessary.has(name))
  );
}

function textOf(facts: RuleFacts, name: string): string | undefined {
  if (name.startsWith(HEADER)) return facts.headers.get(name.slice(HEADER.length));
  const fact = FACT_NAMES.find((known) => known === name);
  const value = fact === undefined ? undefined : facts[fact];
  return typeof value === "string" ? value : undefined;
}
