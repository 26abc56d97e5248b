import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isObject } from "./json.ts";
import { cutMembers, EACH, type MemberPath } from "./json-cut.ts";

function cut(text: string, ...paths: readonly string[]): string {
  const asked = paths.map((path) => path.split("."));
  return cutMembers(Buffer.from(text), asked).body.toString();
}

describe("cutMembers", () => {
  const CASES: readonly (readonly [string, string, string])[] = [
    ['{"a":1,"b":2}', "a", '{"b":2}'],
    ['{"a":1,"b":2}', "b", '{"a":1}'],
    ['{ "a" : 1 , "b" : 2 , "c":3 }', "b", '{ "a" : 1 , "c":3 }'],
    ['{"a":1}', "a", "{}"],
    ['{"a":1,"a":2,"b":3}', "a", '{"b":3}'],
    ['{"o":{"effort":"low"},"z":1}', "o.effort", '{"z":1}'],
    ['{"o":{"effort":"low","format":{}},"z":1}', "o.effort", '{"o":{"format":{}},"z":1}'],
    ['{"t":[{"n":"x","d":true},{"d":false,"n":"y"},7]}', "t.[].d", '{"t":[{"n":"x"},{"n":"y"},7]}'],
    ['{"t":[{"d":true}]}', "t.[].d", '{"t":[{}]}'],
    ['{"\\u0064":1,"e":"\\"d\\":"}', "d", '{"e":"\\"d\\":"}'],
    ['{"e":"grüße 😀","d":[{"x":"}]"}]}', "d", '{"e":"grüße 😀"}'],
    ['{"s":"text"}', "s.[].d", '{"s":"text"}'],
    ['{"a":{"b":1}}', "a.b.c", '{"a":{"b":1}}'],
    ['{"a":1,', "a", '{"a":1,'],
    ['[{"a":1}]', "a", '[{"a":1}]'],
  ];
  for (const [text, path, expected] of CASES) {
    it(`takes ${path} out of ${text}`, () => assert.equal(cut(text, path), expected));
  }

  it("follows several paths at once, and says which of them led somewhere", () => {
    const body = Buffer.from(
      '{"s":[{"c":{"type":"e","scope":"g"}}],"m":[{"k":[{"c":{"scope":"g","type":"e"}}]}]}',
    );
    const paths: readonly MemberPath[] = [
      ["s", EACH, "c", "scope"],
      ["m", EACH, "k", EACH, "c", "scope"],
      ["t", EACH, "c", "scope"],
    ];
    const { body: left, found } = cutMembers(body, paths);
    assert.equal(left.toString(), '{"s":[{"c":{"type":"e"}}],"m":[{"k":[{"c":{"type":"e"}}]}]}');
    assert.deepEqual(found, paths.slice(0, 2));
  });

  it("leaves what JSON.parse would have without these members, however it is written", () => {
    const name = fc.constantFrom("a", "b", "c", "d");
    const { value } = fc.letrec<{ readonly value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        fc.string(),
        fc.integer(),
        fc.constantFrom(null, true, []),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(name, tie("value"), { maxKeys: 3, noNullPrototype: true }),
      ),
    }));
    const path = fc.array(fc.oneof(name, fc.constant(EACH)), { minLength: 1, maxLength: 4 });
    const isNamed = (steps: MemberPath) => steps.at(-1) !== EACH;
    fc.assert(
      fc.property(value, path.filter(isNamed), fc.nat(3), (whole, steps, indent) => {
        const text = JSON.stringify(whole, undefined, indent);
        const left: unknown = JSON.parse(cutMembers(Buffer.from(text), [steps]).body.toString());
        assert.deepEqual(left, without(whole, steps));
      }),
      { numRuns: 3_000 },
    );
  });
});

/** What has no such member any more; undefined: nothing is left of it. */
function without(value: unknown, [step = "", ...rest]: MemberPath): unknown {
  if (Array.isArray(value)) {
    if (step !== EACH) return value;
    return value.map((element: unknown) => withoutOr(element, rest));
  }
  if (!isObject(value) || !Object.hasOwn(value, step)) return value;
  const { [step]: found, ...others } = value;
  if (rest.length === 0) return others;
  const left = without(found, rest);
  const isEmptied = isObject(left) && isObject(found) && isEmpty(left) && !isEmpty(found);
  return isEmptied ? others : { ...value, [step]: left };
}

function withoutOr(element: unknown, rest: MemberPath): unknown {
  return rest.length === 0 ? element : without(element, rest);
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}
