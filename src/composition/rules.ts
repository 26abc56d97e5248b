import { ok, type Result } from "../base/result.ts";
import type { Config } from "../config/schema.ts";
import { PLAIN_CONDITIONS, type RuleAction, type RuleSpec } from "../routing/rules/rule.ts";
import { compileRules, type RuleSet } from "../routing/rules/rule-set.ts";

type ConfiguredRule = Config["routing"]["rules"][number];

/** The operator's rules, ready to be asked; undefined where there are none. The failure names the field and the place in it. */
export function toRules({ routing: { rules } }: Config): Result<RuleSet | undefined, string> {
  return rules.length === 0 ? ok(undefined) : compileRules(rules.map(toSpec));
}

function toSpec(rule: ConfiguredRule): RuleSpec {
  const plain = PLAIN_CONDITIONS.flatMap((name) => {
    const texts = rule[name];
    return texts === undefined ? [] : [[name, texts] as const];
  });
  return {
    name: rule.name,
    when: rule.when,
    plain: Object.fromEntries(plain),
    action: toAction(rule),
  };
}

function toAction({ to, refuse }: ConfiguredRule): RuleAction {
  if (to !== undefined) return { to };
  return refuse === undefined ? { stop: true } : { refuse };
}
