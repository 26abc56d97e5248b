import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { SOME_FACTS } from "./facts.fixture.ts";
import type { RuleFacts } from "./facts.ts";
import type { RuleSpec } from "./rule.ts";
import { compileRules, type RuleSet } from "./rule-set.ts";

function rule(name: string, more: Partial<RuleSpec>): RuleSpec {
  return { name, plain: {}, action: { to: name }, ...more };
}

function setOf(...rules: readonly RuleSpec[]): RuleSet {
  const compiled = compileRules(rules);
  assert.ok(compiled.ok, compiled.ok ? "" : compiled.error);
  return compiled.value;
}

describe("a set of rules", () => {
  it("gives the first that matches", () => {
    const rules = setOf(
      rule("haiku", { plain: { tier: ["haiku"] } }),
      rule("mine", { plain: { model: ["claude-opus-*", "gpt-5"], principal: ["ada"] } }),
      rule("all", {}),
    );
    assert.equal(rules.find(SOME_FACTS).rule?.name, "mine");
    assert.equal(rules.find({ ...SOME_FACTS, tier: "haiku" }).rule?.name, "haiku");
    assert.equal(rules.find({ ...SOME_FACTS, principal: "bob" }).rule?.name, "all");
  });

  it("asks for the plain conditions and the expression", () => {
    const rules = setOf(rule("both", { plain: { class: ["main"] }, when: "hour < 12" }));
    assert.equal(rules.find(SOME_FACTS).rule, undefined);
    assert.equal(rules.find({ ...SOME_FACTS, hour: 3n }).rule?.name, "both");
    assert.equal(rules.find({ ...SOME_FACTS, hour: 3n, class: "subagent" }).rule, undefined);
  });

  it("counts what cannot be told as no match, and names it", () => {
    const rules = setOf(
      rule("unknown", { when: "sevenDayUsed > 50" }),
      rule("missing", { when: 'headers["x-none"] != "a"' }),
      rule("last", {}),
    );
    const { rule: found, undecided } = rules.find(SOME_FACTS);
    assert.equal(found?.name, "last");
    assert.deepEqual(undecided, [
      { name: "unknown", reason: "sevenDayUsed is not known" },
      { name: "missing", reason: "No such key: x-none" },
    ]);
  });

  it("explains each rule", () => {
    const rules = setOf(
      rule("haiku", { plain: { tier: ["haiku"] } }),
      rule("night", { when: "hour < 6" }),
      rule("error", { when: 'headers["x-none"] == "a"' }),
      rule("yes", {}),
      rule("late", {}),
    );
    assert.deepEqual(rules.consider(SOME_FACTS), [
      { name: "haiku", result: "no", detail: "tier is opus" },
      { name: "night", result: "no", detail: "hour < 6" },
      { name: "error", result: "error", detail: "No such key: x-none" },
      { name: "yes", result: "matches" },
      { name: "late", result: "not asked" },
    ]);
  });

  it("names the rule whose expression is wrong", () => {
    const compiled = compileRules([rule("a", {}), rule("b", { when: "stram" })]);
    assert.ok(!compiled.ok);
    assert.match(
      compiled.error,
      /^routing\.rules\[1\]\.when: character 1: there is no fact stram; did you mean stream\?/,
    );
  });
});

const TEXTS = ["main", "subagent", "opus", "haiku", "ada", "bob", "core", "claude-opus-4-8", "x"];
const text = fc.constantFrom(...TEXTS);
const list = fc.array(text, { minLength: 1, maxLength: 3 });
const NAMES = ["model", "tier", "class", "principal", "key", "client"] as const;
const name = fc.constantFrom(...NAMES);
const atom = fc.oneof(
  fc.tuple(name, text).map(([fact, value]) => `${fact} == "${value}"`),
  fc.tuple(name, text).map(([fact, value]) => `"${value}" == ${fact}`),
  fc.tuple(name, list).map(([fact, values]) => `${fact} in ${JSON.stringify(values)}`),
  text.map((value) => `headers["x-team"] == "${value}"`),
  text.map((value) => `headers["x-none"] != "${value}"`),
  fc.constantFrom("stream", "!stream", "sevenDayUsed > 50", "hour >= 12", 'model.like("claude-*")'),
);
const expression = fc.letrec<{ readonly any: string }>((tie) => ({
  any: fc.oneof(
    { depthSize: "small" },
    atom,
    fc.tuple(tie("any"), tie("any")).map(([a, b]) => `(${a} && ${b})`),
    fc.tuple(tie("any"), tie("any")).map(([a, b]) => `(${a} || ${b})`),
    tie("any").map((a) => `!(${a})`),
  ),
})).any;
const spec = fc.record({
  when: fc.option(expression, { nil: undefined }),
  plain: fc.dictionary(
    name,
    fc.array(fc.oneof(text, fc.constant("claude-*")), { minLength: 1, maxLength: 2 }),
    { maxKeys: 2 },
  ),
});
const facts = fc.record({
  model: text,
  tier: text,
  class: text,
  principal: text,
  key: text,
  client: text,
  headers: fc
    .option(text, { nil: undefined })
    .map((team) => new Map(team === undefined ? [] : [["x-team", team]])),
  stream: fc.boolean(),
});

describe("the index of rules", () => {
  it("finds what asking every rule in turn finds", () => {
    fc.assert(
      fc.property(
        fc.array(spec, { maxLength: 25 }),
        fc.array(facts, { minLength: 1, maxLength: 5 }),
        (specs, requests) => {
          const rules = setOf(
            ...specs.map(({ when, plain }, at) =>
              rule(`${at}`, { plain, ...(when === undefined ? {} : { when }) }),
            ),
          );
          for (const request of requests) {
            const asked: RuleFacts = { ...SOME_FACTS, ...request };
            const scanned = rules.consider(asked).find(({ result }) => result === "matches")?.name;
            assert.equal(rules.find(asked).rule?.name, scanned);
          }
        },
      ),
    );
  });
});
