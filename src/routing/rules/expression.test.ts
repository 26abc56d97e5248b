import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ExpressionReader } from "./expression.ts";
import { SOME_FACTS } from "./facts.fixture.ts";
import { FACT_NAMES, RULE_FACTS } from "./facts.ts";

const reader = new ExpressionReader();

function judge(text: string) {
  const read = reader.read(text);
  assert.ok(read.ok, `${text}: ${read.ok ? "" : read.error}`);
  return read.value.judge(SOME_FACTS);
}

function refusal(text: string): string {
  const read = reader.read(text);
  assert.equal(read.ok, false, text);
  return read.ok ? "" : read.error;
}

const HOLD = [
  'model == "claude-opus-4-8"',
  'model.like("claude-*") && !model.like("*haiku*")',
  'tier in ["opus", "sonnet"]',
  'provider == "" && dialect == "anthropic" && operation == "messages"',
  "stream && thinking && !image && !webSearch && !title && !background && !longContext",
  'principal == "ada" && organisation == "local" && key == "" && keyId == ""',
  'client == "claude-cli" && clientVersion.atLeast("2.1.197")',
  '!clientVersion.atLeast("2.1.1000")',
  'headers["x-team"] == "core" && "x-team" in headers',
  'headers.exists(name, name.startsWith("x-"))',
  'class == "main"',
  "inputTokens > 10000 && inputTokens < 20000",
  "hour >= 9 && hour < 18 && weekday <= 5",
  "budgetUsed > 42 && fiveHourUsed >= 61.0",
  '"us" in places && size(places) == 1',
  'sevenDayUsed > 50 || class == "main"',
] as const;

describe("an expression of a rule", () => {
  for (const text of HOLD) {
    it(`holds: ${text}`, () => assert.deepEqual(judge(text), { ok: true, value: true }));
  }

  it("knows every fact by its type", () => {
    const ask = (name: string, type: string): string => {
      if (type === "string") return `${name} != "x"`;
      if (type === "bool") return `${name} || true`;
      return type === "int" || type === "double" ? `${name} < 1000000` : `size(${name}) > 0`;
    };
    for (const name of FACT_NAMES.filter((each) => each !== "sevenDayUsed")) {
      assert.deepEqual(judge(ask(name, RULE_FACTS[name].type)), { ok: true, value: true }, name);
    }
  });

  it("says what it cannot tell", () => {
    assert.deepEqual(judge('headers["x-none"] == "a"'), {
      ok: false,
      error: "No such key: x-none",
    });
    assert.deepEqual(judge("sevenDayUsed > 50"), { ok: false, error: "sevenDayUsed is not known" });
  });

  const REFUSED = [
    ["modle == 1", /^character 1: there is no fact modle; did you mean model\?; docs\/reference/],
    ["xyzzy == 1", /^character 1: there is no fact xyzzy; docs/],
    ["stream &&\n  model == 3", /^line 2, character 3: no such overload: string == int/],
    ["model ==", /^character 9: Unexpected token: EOF/],
    ['model.foo("a")', /^character 1: foo cannot be used in a rule/],
    ["inputTokens", /^is no condition but gives int/],
    ['model.matches("^(a+)+$")', /regular expression can take forever; like\("claude-\*"\)/],
    ["cel.bind(x, [1], x + x).size() > 1", /bind cannot be used in a rule/],
    ["places.map(p, p).size() > 0", /map cannot be used/],
    ["places.exists(p, places.exists(q, p == q))", /exists cannot stand within another/],
    ['{"a": 1}.size() > 0', /character/],
    [`model == "${"a".repeat(5_000)}"`, /longer than 4000/],
    [`${"(".repeat(100)}stream${")".repeat(100)}`, /character/],
    [`model in [${Array.from({ length: 600 }, (_, i) => `"${i}"`).join(",")}]`, /character/],
  ] as const;
  for (const [text, message] of REFUSED) {
    it(`is refused: ${text.slice(0, 40)}`, () => assert.match(refusal(text), message));
  }

  it("tells what it can be looked up by, and no more", () => {
    const necessary = (text: string) => {
      const read = reader.read(text);
      return read.ok ? Object.fromEntries(read.value.necessary) : read.error;
    };
    assert.deepEqual(necessary('class == "main" && stream && "opus" == tier'), {
      class: ["main"],
      tier: ["opus"],
    });
    assert.deepEqual(necessary('model in ["a", "b"]'), { model: ["a", "b"] });
    assert.deepEqual(necessary('headers["x-team"] == "core"'), { "headers:x-team": ["core"] });
    for (const text of [
      'class == "main" || stream',
      '!(class == "main")',
      "class == key",
      'class != "main"',
    ]) {
      assert.deepEqual(necessary(text), {}, text);
    }
  });
});
