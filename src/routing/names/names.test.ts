import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { modelClassOf } from "../dispatch.ts";
import { makeNames } from "./names.ts";
import type { ModelHomes, NameRules } from "./rules.ts";

const PROVIDERS = ["groq", "openrouter"];
const HOMES: ModelHomes = {
  providers: PROVIDERS,
  homeOf(model) {
    const named = PROVIDERS.find((id) => model.startsWith(`${id}/`));
    return named ?? (modelClassOf(model) === "foreign" ? undefined : "anthropic");
  },
};
const NOTHING: NameRules = { aliases: {}, tiers: {}, models: {}, fallbacks: {} };

const only = (model: string) => ({ strategy: "priority", targets: [{ model }] }) as const;

function names(rules: Partial<NameRules>) {
  const made = makeNames({ ...NOTHING, ...rules }, HOMES);
  assert.ok(made.ok, made.ok ? "" : made.error);
  return made.value;
}

function refusal(rules: Partial<NameRules>): string {
  const made = makeNames({ ...NOTHING, ...rules }, HOMES);
  assert.ok(!made.ok);
  return made.error;
}

/** `priority a b > priority c | d`: stages, then the chain. */
function shape(rules: Partial<NameRules>, name: string): string | undefined {
  const found = names(rules).resolve(name);
  const text = (stages: NonNullable<typeof found>["stages"]) =>
    stages
      .map(({ strategy, targets }) => {
        const each = targets.map(({ model, pays }) => (pays ? `${model}:${pays}` : model));
        return `${strategy} ${each.join(" ")}`;
      })
      .join(" > ");
  return found && [text(found.stages), text(found.chain)].filter((each) => each !== "").join(" | ");
}

describe("makeNames", () => {
  it("says nothing of names that mean themselves", () => {
    const rules = { aliases: { fast: "groq/a" }, tiers: { haiku: "groq/b" } };
    for (const name of ["claude-opus-4-8", "groq/a", "groq/fast", "gpt-5", ""]) {
      assert.equal(shape(rules, name), undefined, name);
    }
  });

  it("follows aliases to their end, whatever stands behind them", () => {
    const rules = {
      aliases: { a: "b", b: "m", c: "groq/x" },
      models: { m: only("c") },
    };
    assert.equal(shape(rules, "a"), "priority groq/x");
    assert.deepEqual(names(rules).resolve("a")?.steps, [
      "alias a is b",
      "alias b is m",
      "m is a virtual model (priority)",
    ]);
  });

  it("S4-19, S4-20 pins a family whatever its version, and only where no alias says otherwise", () => {
    const rules = {
      aliases: { "claude-haiku-4-5": "groq/exact" },
      tiers: { haiku: "groq/h", opus: "claude-opus-4-8" },
    };
    for (const name of [
      "claude-3-5-haiku-20241022",
      "claude-haiku-9[1m]",
      "haiku",
      "CLAUDE-HAIKU-5",
    ]) {
      assert.equal(shape(rules, name), "priority groq/h", name);
    }
    for (const name of ["claude-haiku-4-5", "claude-haiku-4-5[1m]", "claude-haiku-4-5-20251001"]) {
      assert.equal(shape(rules, name), "priority groq/exact", name);
    }
    // One of the family itself is no circle.
    assert.equal(shape(rules, "claude-opus-4-8"), "priority claude-opus-4-8");
    assert.equal(shape(rules, "claude-sonnet-4-6"), undefined);
  });

  it("never sends a name with its provider in front elsewhere but by its chain", () => {
    const rules: Partial<NameRules> = {
      aliases: { "llama-haiku": "groq/x" },
      tiers: { haiku: "groq/h" },
      fallbacks: { "openrouter/claude-haiku": [{ model: "groq/c" }] },
    };
    assert.equal(shape(rules, "openrouter/other-haiku"), undefined);
    assert.equal(shape(rules, "anthropic/claude-haiku-4-5"), undefined);
    assert.equal(
      shape(rules, "openrouter/claude-haiku"),
      "priority openrouter/claude-haiku | priority groq/c",
    );
  });

  it("S3-17 takes a name's own chain, else that of what it stands for, else that of all", () => {
    const rules: Partial<NameRules> = {
      aliases: { fast: "groq/a", slow: "groq/b" },
      fallbacks: {
        fast: [{ model: "groq/own" }],
        "groq/a": [{ model: "groq/never" }],
        "groq/b": [{ model: "groq/behind" }],
        "*": [{ model: "groq/all" }],
      },
    };
    assert.equal(shape(rules, "fast"), "priority groq/a | priority groq/own");
    assert.equal(shape(rules, "slow"), "priority groq/b | priority groq/behind");
    assert.equal(shape(rules, "claude-x"), "priority claude-x | priority groq/all");
  });

  it("S0-43, X-T2 keeps a subscription and a key as targets of one model", () => {
    const targets = [
      { model: "best", pays: "session" },
      { model: "best", pays: "key" },
      { model: "openrouter/o" },
    ] as const;
    const rules = {
      aliases: { best: "claude-opus-4-8" },
      models: { coding: { strategy: "priority", targets } as const },
    };
    assert.equal(
      shape(rules, "coding"),
      "priority claude-opus-4-8:session claude-opus-4-8:key openrouter/o",
    );
  });

  it("has a virtual model's targets stand in its place in a list, and in a chain", () => {
    const drawn = {
      strategy: "weighted",
      targets: [{ model: "groq/a" }, { model: "groq/b" }],
    } as const;
    const rules: Partial<NameRules> = {
      models: {
        drawn,
        all: { strategy: "priority", targets: [{ model: "drawn" }, { model: "groq/c" }] },
      },
      fallbacks: { "groq/x": [{ model: "all" }] },
    };
    assert.equal(shape(rules, "all"), "weighted groq/a groq/b > priority groq/c");
    assert.equal(
      shape(rules, "groq/x"),
      "priority groq/x | weighted groq/a groq/b > priority groq/c",
    );
  });

  it("S3-52 knows its own names by common spellings, where nobody else has them", () => {
    const rules = { aliases: { "claude-sonnet-4-6": "groq/a", "My.Model": "groq/b" } };
    for (const name of ["claude-sonnet-4.6", "claude-sonnet-4-6-20260217", "claude-4.6-sonnet"]) {
      assert.equal(shape(rules, name), "priority groq/a", name);
    }
    assert.equal(shape(rules, "my.model"), "priority groq/b");
    assert.equal(shape(rules, "groq/my.model"), undefined);
  });

  it("X-F4 makes a chain of the names that a request brings", () => {
    const made = names({ aliases: { fast: "groq/a" } });
    const chain = made.chainOf(["fast", "claude-opus-4-8"]);
    assert.ok(chain.ok);
    assert.deepEqual(
      chain.value.map(({ targets }) => targets[0]?.model),
      ["groq/a", "claude-opus-4-8"],
    );
    assert.deepEqual(made.chainOf(["fast", "nobody"]), { ok: false, error: "nobody" });
  });

  it("names the field, what is wrong and the remedy", () => {
    const cases: readonly (readonly [Partial<NameRules>, string])[] = [
      [{ aliases: { a: "a" } }, "routing.aliases.a: goes in circles: a, a"],
      [
        { aliases: { a: "m" }, models: { m: only("a") } },
        "routing.aliases.a: goes in circles: a, m, a",
      ],
      [
        { aliases: { a: "grok/x" } },
        'routing.aliases.a: grok/x: there is no provider "grok"; did you mean "groq"?',
      ],
      [
        { aliases: { a: "somebody/x" } },
        'routing.aliases.a: somebody/x: there is no provider "somebody"; add it to providers',
      ],
      [
        { tiers: { opus: "coding" } },
        'routing.tiers.opus: there is no model, alias or virtual model "coding"; write another provider\'s model as provider/model',
      ],
      [
        { aliases: { fast: "groq/x" }, fallbacks: { "*": [{ model: "fats" }] } },
        'routing.fallbacks.*: there is no model, alias or virtual model "fats"; did you mean "fast"?',
      ],
      [
        { fallbacks: { nobody: [{ model: "groq/x" }] } },
        'routing.fallbacks.nobody: there is no model, alias or virtual model "nobody"; write another provider\'s model as provider/model',
      ],
      [
        { aliases: { x: "groq/x" }, models: { x: only("groq/x") } },
        "routing.aliases.x: is an alias and a virtual model; give one of them another name",
      ],
      [
        { aliases: { "groq/x": "openrouter/x" } },
        "routing.aliases.groq/x: names a model of groq, and such a name is sent nowhere else; give it another name, or add routing.fallbacks.groq/x",
      ],
      [
        {
          models: { m: { strategy: "priority", targets: [{ model: "groq/x", pays: "session" }] } },
        },
        "routing.models.m: groq/x cannot be paid by a session: a subscription is for Anthropic's models",
      ],
      [
        { models: { m: { strategy: "weighted", targets: [{ model: "groq/x", weight: 0 }] } } },
        "routing.models.m: has no weight above 0; change one in routing.models.m.targets",
      ],
      [
        {
          models: {
            m: { strategy: "price", targets: [{ model: "n" }] },
            n: { strategy: "priority", targets: [{ model: "groq/x" }, { model: "groq/y" }] },
          },
        },
        "routing.models.m: n is a virtual model, and stands among targets of the strategy price; name its targets there",
      ],
    ];
    for (const [rules, expected] of cases) assert.equal(refusal(rules), expected);
  });
});
