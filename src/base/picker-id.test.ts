import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { PICKER_PREFIXES, pickerEntries, unwrapId, withoutOneMillion } from "./picker-id.ts";

const ROUTER = { prefix: "claude-router-", oneMillion: [] } as const;
const SPILLWAY = { prefix: "claude-spillway-", oneMillion: [] } as const;

function ids(id: string, oneMillion: readonly string[] = []): readonly string[] {
  return pickerEntries(id, { ...ROUTER, oneMillion }).map((entry) => entry.id);
}

describe("pickerEntries", () => {
  it("S1-063 wraps ids that the picker would not take, and no others", () => {
    assert.deepEqual(ids("gemini-3.1-pro-preview"), ["claude-router-gemini-3.1-pro-preview"]);
    assert.deepEqual(ids("composer-2.5"), ["claude-router-composer-2.5"]);
    assert.deepEqual(ids("claude-opus-4-7"), ["claude-opus-4-7"]);
    assert.deepEqual(ids("anthropic.claude-v2"), ["anthropic.claude-v2"]);
    const [entry] = pickerEntries("groq/openai/gpt-oss-120b", SPILLWAY);
    assert.equal(entry?.id, "claude-spillway-groq/openai/gpt-oss-120b");
  });

  it("S1-064 shows the model's real name", () => {
    const [entry] = pickerEntries("groq/llama", SPILLWAY);
    assert.equal(entry?.displayName, "groq/llama");
  });

  it("S1-067 wraps nothing twice", () => {
    assert.deepEqual(ids("claude-router-x"), ["claude-router-x"]);
    assert.deepEqual(ids("claude-spillway-x"), ["claude-spillway-x"]);
  });

  it("S1-068 matches exact ids and beginnings", () => {
    const cases: readonly [string, readonly string[], boolean][] = [
      ["gemini-3.1-pro", ["gemini*"], true],
      ["gemini-3.1-pro", ["gemini*", "gpt-5"], true],
      ["gpt-5", ["gemini*", "gpt-5"], true],
      ["gpt-5.1", ["gemini*", "gpt-5"], false],
      ["my-gemini", ["gemini*"], false],
      ["gemini-3.1-pro", ["gemini-3.1"], false],
      ["groq/llama-4", ["llama*"], true],
      ["groq/llama-4", ["groq/llama-4"], true],
      ["groq/llama-4", ["groq/*"], true],
      ["anything", ["*"], true],
      ["anything", [], false],
    ];
    for (const [id, tokens, has] of cases) {
      assert.equal(ids(id, tokens).length, has ? 2 : 1, `${id} ${tokens.join()}`);
    }
  });

  it("S1-069 puts the large window's row right behind the other", () => {
    const picker = { ...ROUTER, oneMillion: ["gemini*"] };
    assert.deepEqual(pickerEntries("gemini-3.1-pro-preview", picker), [
      { id: "claude-router-gemini-3.1-pro-preview", displayName: "gemini-3.1-pro-preview" },
      {
        id: "claude-router-gemini-3.1-pro-preview[1m]",
        displayName: "gemini-3.1-pro-preview (1M context)",
      },
    ]);
  });

  it("S1-072, S1-073 has one for nothing unasked, and for no id of Claude's own", () => {
    assert.equal(ids("gemini-3.1-pro-preview").length, 1);
    assert.deepEqual(ids("claude-opus-4-8", ["claude*", "*"]), ["claude-opus-4-8"]);
  });
});

describe("unwrapId", () => {
  it("S1-065, S1-070 takes prefix and [1m] off, in either case", () => {
    for (const prefix of PICKER_PREFIXES) {
      for (const end of ["", "[1m]", "[1M]"]) {
        assert.equal(unwrapId(`${prefix}gemini-3.1-pro${end}`), "gemini-3.1-pro");
      }
    }
    assert.equal(unwrapId("claude-spillway-groq/openai/x"), "groq/openai/x");
  });

  it("S1-066, S1-073 leaves every other id alone", () => {
    for (const id of [
      "claude-opus-4-8[1m]",
      "gemini-3.1-pro-preview",
      "groq/x[1m]",
      "",
      "claude",
    ]) {
      assert.equal(unwrapId(id), undefined);
    }
    assert.equal(unwrapId("claude-router-"), undefined);
    assert.equal(unwrapId("claude-router-[1m]"), undefined);
  });

  it("gives back what was wrapped", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.constantFrom(...PICKER_PREFIXES),
        (id, prefix) => {
          fc.pre(!/^(?:claude|anthropic)/i.test(id) && withoutOneMillion(id) === id);
          for (const entry of pickerEntries(id, { prefix, oneMillion: ["*"] })) {
            assert.equal(unwrapId(entry.id), id);
          }
        },
      ),
    );
  });
});
