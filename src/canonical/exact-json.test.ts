import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { jsonText, parseExact, parseToolInput } from "./exact-json.ts";

const LIMITS = { maxBytes: 1_000_000 };

describe("exact JSON", () => {
  it("gives every integer back with its digits", () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.string(), (number, text) => {
        const json = JSON.stringify({ text, list: [0] }).replace("[0]", `[${number}]`);
        assert.equal(JSON.stringify(parseExact(json, LIMITS)), json);
      }),
    );
  });

  it("reads everything else as JSON.parse does", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        // The next test is about it.
        fc.pre(!text.includes("__proto__"));
        assert.deepEqual(parseExact(text, LIMITS), JSON.parse(text));
      }),
    );
  });

  it("leaves out keys that could reach a prototype, beside long numbers too", () => {
    const json = '{"__proto__":{"a":1},"constructor":{"prototype":1},"n":12345678901234567890}';
    assert.equal(JSON.stringify(parseExact(json, LIMITS)), '{"n":12345678901234567890}');
  });

  for (const text of ["", "{", "[1,]", '{"a":12345678901234567890']) {
    it(`does not read ${text || "nothing"}`, () => {
      assert.equal(parseExact(text, LIMITS), undefined);
    });
  }

  it("takes no text for a tool that needs no input, and only objects else", () => {
    assert.deepEqual(parseToolInput(" "), {});
    assert.deepEqual(parseToolInput('{"a":1}'), { a: 1 });
    assert.equal(parseToolInput("[1]"), undefined);
    assert.equal(parseToolInput('{"a":'), undefined);
  });

  it("does not write what is nested beyond all reason", () => {
    const depth = 200_000;
    const deep: unknown = JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`);
    assert.equal(jsonText({ deep }), undefined);
  });
});
