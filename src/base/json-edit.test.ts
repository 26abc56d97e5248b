import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { editMembers } from "./json-edit.ts";

function edit(text: string, remove: readonly string[], insert: Readonly<Record<string, string>>) {
  return editMembers(Buffer.from(text), { remove, insert })?.toString();
}

describe("editMembers", () => {
  it("takes members out with their commas, and leaves every other byte", () => {
    const body = '{ "model" : "x", "n":1e2 ,"text":"grüße \\u00e9","stream":true }';
    assert.equal(edit(body, ["model"], {}), '{ "n":1e2 ,"text":"grüße \\u00e9","stream":true }');
    assert.equal(edit(body, ["stream"], {}), '{ "model" : "x", "n":1e2 ,"text":"grüße \\u00e9" }');
    assert.equal(edit(body, ["model", "stream"], {}), '{ "n":1e2 ,"text":"grüße \\u00e9" }');
    assert.equal(edit(body, ["n", "text", "stream"], {}), '{ "model" : "x" }');
    assert.equal(edit(body, ["model", "n", "text", "stream"], {}), "{  }");
  });

  it("puts members in front", () => {
    assert.equal(edit('{"a":1}', [], { v: '"x"' }), '{"v":"x","a":1}');
    assert.equal(edit('{"a":1}', ["a"], { v: '"x"', w: "[]" }), '{"v":"x","w":[]}');
    assert.equal(edit("{}", ["a"], { v: "1" }), '{"v":1}');
    assert.equal(edit(" {} ", [], {}), "{}");
  });

  it("takes every repetition out, also of an escaped name", () => {
    assert.equal(edit('{"a":1,"b":2,"\\u0061":3}', ["a"], {}), '{"b":2}');
  });

  it("gives nothing for what is no object", () => {
    for (const text of ["[]", '"a"', "", '{"a":']) assert.equal(edit(text, ["a"], {}), undefined);
  });

  it("gives what parsing and deleting gives, for any object", () => {
    const name = fc.constantFrom("model", "stream", "a", "b", "ü");
    fc.assert(
      fc.property(
        fc.dictionary(name, fc.jsonValue()),
        fc.subarray(["model", "stream", "a", "b", "ü"]),
        fc.boolean(),
        (object, remove, isPretty) => {
          const text = JSON.stringify(object, undefined, isPretty ? 2 : 0);
          const edited: unknown = JSON.parse(edit(text, remove, { new: "1" }) ?? "");
          const kept = Object.entries(object).filter(([key]) => !remove.includes(key));
          const expected: unknown = JSON.parse(
            JSON.stringify({ new: 1, ...Object.fromEntries(kept) }),
          );
          assert.deepEqual(edited, expected);
        },
      ),
    );
  });
});
