import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { allowsModel } from "./models.ts";

describe("allowsModel", () => {
  it("allows everything without a list, and nothing unnamed with one", () => {
    assert.ok(allowsModel([], "claude-opus-5"));
    assert.ok(allowsModel([], undefined));
    assert.ok(!allowsModel(["*"], undefined));
  });

  it("reads * as any characters, none as well", () => {
    const cases = [
      ["claude-opus-*", "claude-opus-4-8", true],
      ["claude-opus-*", "claude-opus-", true],
      ["claude-opus-*", "claude-sonnet-5", false],
      ["*haiku*", "claude-haiku-4-5-20251001", true],
      ["*-5", "claude-opus-5", true],
      ["*-5", "claude-opus-5-5", true],
      ["*-5", "claude-opus-5-1", false],
      ["claude-*-4-*", "claude-opus-4-8", true],
      ["claude-*-4-*", "claude-opus-5", false],
      // The parts may not overlap.
      ["ab*ba", "aba", false],
      ["ab*ba", "abba", true],
      ["a*a*a", "aa", false],
      ["**", "anything", true],
      ["*", "", true],
      ["", "", true],
      ["", "claude-opus-5", false],
    ] as const;
    for (const [pattern, model, expected] of cases) {
      assert.equal(allowsModel([pattern], model), expected, `${pattern} ${model}`);
    }
  });

  it("knows a model with the client's mark for a long context", () => {
    assert.ok(allowsModel(["claude-opus-4-8"], "claude-opus-4-8[1m]"));
    assert.ok(allowsModel(["Claude-Opus-4-8[1M]"], "claude-opus-4-8"));
    assert.ok(!allowsModel(["claude-opus-4-8"], "claude-opus-4-8[2m]"));
    assert.ok(!allowsModel(["claude-opus-4-8"], "claude-opus-4-8[1m]-fast"));
  });

  it("A-07: case makes no difference, and what only looks alike is refused", () => {
    const allowed = ["claude-sonnet-5", "claude-haiku-*"];
    assert.ok(allowsModel(allowed, "CLAUDE-Sonnet-5"));
    assert.ok(allowsModel(["CLAUDE-SONNET-5"], "claude-sonnet-5"));
    const lookAlikes = [
      "claude\u2010sonnet-5",
      "\u0441laude-sonnet-5",
      "claude-\u017Fonnet-5",
      "claude-sonnet-\uFF15",
      "claude-hai\u212Au-4-5",
      "claude-sonnet\u00AD-5",
      "claude-sonnet-5\u0000",
      "claude-sonnet-5 ",
      " claude-sonnet-5",
      "claude-sonnet-5\n",
      "claude%2Dsonnet-5",
      "claude-sonnet%2d5",
      "claude-sonnet-5%00",
      "claude_sonnet_5",
      "claude.sonnet-5",
      "*",
      "claude-sonnet-?",
      "anthropic/claude-sonnet-5",
    ];
    for (const model of lookAlikes) {
      assert.ok(!allowsModel(allowed, model), JSON.stringify(model));
    }
  });

  it("A-07: characters of regular expressions mean themselves", () => {
    assert.ok(!allowsModel(["claude.opus"], "claude-opus"));
    assert.ok(!allowsModel(["claude-(opus|sonnet)"], "claude-opus"));
    assert.ok(!allowsModel(["[a-z]+"], "claude"));
    assert.ok(allowsModel(["a+(b)$"], "a+(b)$"));
  });

  it("A-07: holds with two hundred patterns, the last as the first", () => {
    const patterns = Array.from({ length: 200 }, (_, i) => `model-${i}-*`);
    assert.ok(allowsModel(patterns, "model-0-a"));
    assert.ok(allowsModel(patterns, "model-199-a"));
    assert.ok(!allowsModel(patterns, "model-200-a"));
    assert.ok(!allowsModel(patterns, "model-199"));
  });

  it("agrees with the obvious definition on any pattern", () => {
    const obvious = (pattern: string, id: string): boolean => {
      if (pattern === "") return id === "";
      const rest = pattern.slice(1);
      if (pattern[0] !== "*") return id[0] === pattern[0] && obvious(rest, id.slice(1));
      return obvious(rest, id) || (id !== "" && obvious(pattern, id.slice(1)));
    };
    const text = (letters: readonly string[]) =>
      fc.array(fc.constantFrom(...letters), { maxLength: 8 }).map((all) => all.join(""));
    fc.assert(
      fc.property(text(["a", "b", "*"]), text(["a", "b"]), (pattern, id) => {
        assert.equal(allowsModel([pattern], id), obvious(pattern, id));
      }),
      { numRuns: 2_000 },
    );
  });
});
