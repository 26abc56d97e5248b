import assert from "node:assert/strict";
import { ExpressionReader } from "../../../src/routing/rules/expression.ts";
import { SOME_FACTS } from "../../../src/routing/rules/facts.fixture.ts";
import { compileRules } from "../../../src/routing/rules/rule-set.ts";
import type { Target } from "../target.ts";

const reader = new ExpressionReader();
/** No expression of 4,000 characters takes a hundredth of it. */
const MOST_MS = 20_000;

/** Conditions of an operator's, whatever is written there. */
export const RULE_TARGETS: readonly Target[] = [
  {
    name: "rule-expression",
    shape: "lines",
    sources: ["routing/rules/"],
    run: (input) => {
      const text = input.toString();
      const begun = performance.now();
      const read = reader.read(text);
      if (!read.ok) {
        assert.ok(read.error.length < 500, "a message as long as the expression");
        return read.error.replace(/^(?:line \d+, )?character \d+: /, "").slice(0, 24);
      }
      const judged = read.value.judge(SOME_FACTS);
      assert.ok(performance.now() - begun < MOST_MS, "too slow");
      const rules = compileRules([{ name: "r", when: text, plain: {}, action: { stop: true } }]);
      assert.ok(rules.ok);
      const found = rules.value.find(SOME_FACTS).rule !== undefined;
      assert.equal(found, judged.ok && judged.value, "looked up otherwise than asked");
      return `${found} ${judged.ok}`;
    },
  },
];
