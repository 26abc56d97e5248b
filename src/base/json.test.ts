import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isObject, parseJson } from "./json.ts";

const LIMITS = { maxBytes: 1_000_000 };

describe("parseJson", () => {
  it("gives what JSON.parse gives", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!/__proto__|constructor/.test(text));
        const expected: unknown = JSON.parse(text);
        assert.deepEqual(parseJson(text, LIMITS), { ok: true, value: expected });
        assert.deepEqual(parseJson(Buffer.from(text), LIMITS), { ok: true, value: expected });
      }),
    );
  });

  it("leaves out __proto__ keys at any depth, escaped or not (H-10)", () => {
    for (const key of ["__proto__", "\\u005f_proto__", "\\u005F\\u005fproto\\u005f_"]) {
      const parsed = parseJson(`{"a":{"${key}":{"polluted":true},"b":1}}`, LIMITS);
      assert.deepEqual(parsed, { ok: true, value: { a: { b: 1 } } });
    }
    assert.equal(Reflect.get({}, "polluted"), undefined);
  });

  it("leaves out a constructor with a prototype and keeps any other constructor", () => {
    const parsed = parseJson(
      '{"constructor":{"prototype":{"x":1}},"b":{"constructor":"builder"}}',
      LIMITS,
    );
    assert.deepEqual(parsed, { ok: true, value: { b: { constructor: "builder" } } });
  });

  it("leaves them out whichever of their letters are escaped, and how", () => {
    const escapes = fc.array(fc.constantFrom("plain", "small", "capital"), {
      minLength: 11,
      maxLength: 11,
    });
    fc.assert(
      fc.property(fc.constantFrom("__proto__", "constructor"), escapes, (name, ways) => {
        const letters = name.split("");
        const key = letters.map((letter, at) => escaped(letter, ways[at])).join("");
        const parsed = parseJson(`{"a":{"${key}" : {"prototype":{}},"b":1}}`, LIMITS);
        assert.deepEqual(parsed, { ok: true, value: { a: { b: 1 } } });
      }),
    );
  });

  it("keeps values that only mention such names", () => {
    const parsed = parseJson('{"text":"use __proto__"}', LIMITS);
    assert.deepEqual(parsed, { ok: true, value: { text: "use __proto__" } });
  });

  it("refuses more bytes than allowed, counted in UTF-8", () => {
    const parsed = parseJson('"éé"', { maxBytes: 5 });
    assert.ok(!parsed.ok && parsed.error.kind === "too_large");
    assert.ok(parseJson('"éé"', { maxBytes: 6 }).ok);
  });

  it("refuses what is not JSON without quoting it", () => {
    const parsed = parseJson("{secret", LIMITS);
    assert.deepEqual(parsed, { ok: false, error: { kind: "invalid", message: "not valid JSON" } });
  });

  it("survives absurd depth with and without suspect keys", () => {
    const nested = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    assert.equal(typeof parseJson(nested, LIMITS).ok, "boolean");
    assert.equal(typeof parseJson(`{"__proto__":${nested}}`, LIMITS).ok, "boolean");
  });
});

describe("isObject", () => {
  it("is true for objects alone", () => {
    assert.deepEqual([{}, [], null, 1, "x", undefined].map(isObject), [
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});

function escaped(letter: string, way: string | undefined): string {
  const code = letter.charCodeAt(0).toString(16).padStart(4, "0");
  if (way === "plain") return letter;
  return `\\u${way === "small" ? code : code.toUpperCase()}`;
}
