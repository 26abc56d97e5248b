import { fail, ok, type Result } from "../../base/result.ts";
import { type CompiledRule, compileRule } from "./compiled-rule.ts";
import { ExpressionReader } from "./expression.ts";
import type { RuleFacts } from "./facts.ts";
import type { RuleSpec } from "./rule.ts";
import { RuleIndex } from "./rule-index.ts";

/** A rule of which nobody can tell whether it is for a request; it counts as not. */
export interface Undecided {
  readonly name: string;
  readonly reason: string;
}

/** Which rule is for a request. */
export interface Ruling {
  readonly rule: RuleSpec | undefined;
  /** Those before it that could not be told. */
  readonly undecided: readonly Undecided[];
}

/** A rule and what became of it, for people. */
export interface ConsideredRule {
  readonly name: string;
  readonly result: "matches" | "no" | "error" | "not asked";
  /** Why, where there is more to say. */
  readonly detail?: string | undefined;
}

/** The operator's rules. The first that is for a request decides. */
export class RuleSet {
  readonly #rules: readonly CompiledRule[];
  readonly #index: RuleIndex;

  constructor(rules: readonly CompiledRule[]) {
    this.#rules = rules;
    this.#index = new RuleIndex(rules);
  }

  get size(): number {
    return this.#rules.length;
  }

  find(facts: RuleFacts): Ruling {
    return first(
      this.#index.candidates(facts).map((place) => this.#rules[place]),
      facts,
    );
  }

  /** Asks each rule up to the one that decides, looked up or not. */
  consider(facts: RuleFacts): readonly ConsideredRule[] {
    let isDecided = false;
    return this.#rules.map((rule): ConsideredRule => {
      if (isDecided) return { name: rule.name, result: "not asked" };
      const considered = consider(rule, facts);
      isDecided = considered.result === "matches";
      return considered;
    });
  }
}

function first(rules: readonly (CompiledRule | undefined)[], facts: RuleFacts): Ruling {
  const undecided: Undecided[] = [];
  for (const rule of rules) {
    const judged = rule?.judge(facts);
    if (judged === undefined || rule === undefined) continue;
    if (!judged.ok) undecided.push({ name: rule.name, reason: judged.error });
    else if (judged.value) return { rule, undecided };
  }
  return { rule: undefined, undecided };
}

function consider(rule: CompiledRule, facts: RuleFacts): ConsideredRule {
  const { name } = rule;
  const unmet = rule.unmet(facts);
  if (unmet !== undefined) {
    return { name, result: "no", detail: `${unmet} is ${facts[unmet] || "not known"}` };
  }
  const judged = rule.judge(facts);
  if (!judged.ok) return { name, result: "error", detail: judged.error };
  return judged.value ? { name, result: "matches" } : { name, result: "no", detail: rule.when };
}

/** The failure names the rule by its place, from 0, and says what is wrong with it. */
export function compileRules(rules: readonly RuleSpec[]): Result<RuleSet, string> {
  const reader = new ExpressionReader();
  const compiled: CompiledRule[] = [];
  for (const [at, rule] of rules.entries()) {
    const made = compileRule(rule, reader);
    if (!made.ok) return fail(`routing.rules[${at}].when: ${made.error}`);
    compiled.push(made.value);
  }
  return ok(new RuleSet(compiled));
}
