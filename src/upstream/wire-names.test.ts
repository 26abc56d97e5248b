import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { OPENAI_NAME, shortName, type WireRule, wireId } from "./wire-names.ts";

const LETTER_FIRST: WireRule = {
  characters: "a-zA-Z0-9_.:-",
  maxLength: 64,
  startsWithLetter: true,
};

describe("shortName", () => {
  it("leaves a name that fits", () => {
    for (const name of ["Read", "mcp__a__b", "x".repeat(64), "9lives"]) {
      assert.equal(shortName(name, OPENAI_NAME), name);
    }
  });

  it("keeps the start of a name that does not", () => {
    assert.match(shortName(`mcp__${"x".repeat(70)}`, OPENAI_NAME), /^mcp__x{49}_h[0-9a-z]{8}$/);
    assert.match(shortName("a b", OPENAI_NAME), /^a_b_h[0-9a-z]{8}$/);
    assert.match(shortName("9lives", LETTER_FIRST), /^t_9lives_h[0-9a-z]{8}$/);
    assert.match(shortName("", OPENAI_NAME), /^t__h[0-9a-z]{8}$/);
  });

  it("fits the rule, is the same each time and its own for every name", () => {
    const names = fc.uniqueArray(fc.string({ maxLength: 100 }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(names, fc.constantFrom(OPENAI_NAME, LETTER_FIRST), (all, rule) => {
        const short = all.map((name) => shortName(name, rule));
        assert.equal(new Set(short).size, all.length);
        for (const name of short) {
          assert.match(name, new RegExp(`^[${rule.characters}]{1,64}$`));
          if (rule.startsWithLetter === true) assert.match(name, /^[a-zA-Z_]/);
          assert.equal(shortName(name, rule), name);
        }
      }),
    );
  });
});

describe("wireId", () => {
  it("fits even a rule shorter than a hash", () => {
    const rule: WireRule = { characters: "a-zA-Z0-9", maxLength: 9 };
    assert.match(wireId("toolu_0123456789", rule), /^h[0-9a-z]{8}$/);
    assert.equal(wireId("abcdefghi", rule), "abcdefghi");
  });
});
