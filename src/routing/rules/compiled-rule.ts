import { matchesGlob } from "../../base/glob.ts";
import { ok, type Result } from "../../base/result.ts";
import type { Expression, ExpressionReader, Judgement } from "./expression.ts";
import type { RuleFacts } from "./facts.ts";
import type { PlainCondition, RuleSpec } from "./rule.ts";

/** A rule that can be asked. */
export interface CompiledRule extends RuleSpec {
  /** What it can be looked up by; see `necessary.ts`. */
  readonly necessary: ReadonlyMap<string, readonly string[]>;
  /** Whether it is for a request. */
  judge(facts: RuleFacts): Judgement;
  /** The plain condition that a request does not meet, if any. */
  unmet(facts: RuleFacts): PlainCondition | undefined;
}

/** The failure says what is wrong with the expression. */
export function compileRule(
  rule: RuleSpec,
  reader: ExpressionReader,
): Result<CompiledRule, string> {
  const read = rule.when === undefined ? undefined : reader.read(rule.when);
  if (read?.ok === false) return read;
  const plain = Object.entries(rule.plain).flatMap(([name, patterns]) =>
    isPlain(name, rule) ? [{ name, patterns }] : [],
  );
  const unmet = (facts: RuleFacts) =>
    plain.find(({ name, patterns }) => !patterns.some((text) => matchesGlob(facts[name], text)))
      ?.name;
  const necessary = new Map([
    ...(read?.value.necessary ?? []),
    ...plain
      .filter(({ patterns }) => !patterns.some((text) => text.includes("*")))
      .map(({ name, patterns }) => [name, patterns] as const),
  ]);
  return ok({ ...rule, necessary, unmet, judge: (facts) => judge(facts, unmet, read?.value) });
}

function judge(
  facts: RuleFacts,
  unmet: CompiledRule["unmet"],
  expression: Expression | undefined,
): Judgement {
  if (unmet(facts) !== undefined) return NO;
  return expression === undefined ? YES : expression.judge(facts);
}

const YES = ok(true);
const NO = ok(false);

function isPlain(name: string, { plain }: RuleSpec): name is PlainCondition {
  return name in plain;
}
