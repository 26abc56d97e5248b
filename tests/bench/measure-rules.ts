import { SOME_FACTS } from "../../src/routing/rules/facts.fixture.ts";
import type { RuleSpec } from "../../src/routing/rules/rule.ts";
import { compileRules } from "../../src/routing/rules/rule-set.ts";
import { median } from "./process-figures.ts";
import type { Row } from "./row.ts";

const RULES = 500;
const RUNS = 50;
const LOOKUPS = 200;

/** Finding the rule of a request among 500, of which most demand a text and some have to be asked. */
export function measureRules(): readonly Row[] {
  const compiled = compileRules(Array.from({ length: RULES }, (_, at) => ruleAt(at)));
  if (!compiled.ok) throw new Error(compiled.error);
  const rules = compiled.value;
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const begin = performance.now();
    for (let each = 0; each < LOOKUPS; each += 1) rules.find(SOME_FACTS);
    times.push(((performance.now() - begin) * 1_000) / LOOKUPS);
  }
  const value = median(times.slice(RUNS / 4));
  return [
    {
      what: `the rule of a request, of ${RULES}`,
      unit: "µs",
      gateway: value,
      figure: { kind: "value", value },
      aim: 30,
      note: "none matches, 10 have to be evaluated",
    },
  ];
}

/** As a platform team would write them: by team, by person and key, by model and class, and a few by what is left. */
function ruleAt(at: number): RuleSpec {
  const base = { name: `r${at}`, plain: {}, action: { to: "claude-haiku-4-5" } };
  switch (at % 50) {
    case 0:
      return { ...base, when: `budgetUsed > 90 && inputTokens > ${at + 50_000}` };
    case 1:
      return { ...base, when: `headers["x-team"] == "team-${at}" && hour >= 22` };
    default:
      return at % 3 === 0
        ? { ...base, plain: { principal: [`person-${at}`], class: ["subagent"] } }
        : { ...base, when: `model == "model-${at}" && class in ["main", "subagent"] && stream` };
  }
}
