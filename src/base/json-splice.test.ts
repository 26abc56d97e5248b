import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { findMember, scanTopLevel } from "./json-scan.ts";
import { spliceModel, spliceValue } from "./json-splice.ts";

const BODY = `{"model": "claude-opus-5-5" ,"max_tokens":32000,"temperature":1.0,"messages":[{"role":"user",
  "content":[{"type":"text","text":"grüße 😀 \\u00e9 \\/ {\\"model\\":\\"inner\\"}"}]}],"unknown_field":{"model":"inner","n":1e2,"n":1.50}}`;

describe("spliceModel", () => {
  it("changes the model's bytes and no other", () => {
    const body = Buffer.from(BODY);
    const parts = spliceModel(body, "claude-haiku-5-5");
    assert.ok(parts !== undefined);
    assert.equal(
      Buffer.concat(parts).toString(),
      BODY.replace('"claude-opus-5-5"', '"claude-haiku-5-5"'),
    );
  });

  it("returns views of the body, not copies", () => {
    const body = Buffer.from(BODY);
    const parts = spliceModel(body, "x") ?? [];
    assert.equal(parts[0]?.buffer, body.buffer);
    assert.equal(parts.at(-1)?.buffer, body.buffer);
  });

  it("escapes what the new name needs escaped", () => {
    const parts = spliceModel(Buffer.from('{"model":null}'), 'a"b\\c\u00e9') ?? [];
    assert.deepEqual(JSON.parse(Buffer.concat(parts).toString()), { model: 'a"b\\c\u00e9' });
  });

  it("replaces a repeated model everywhere, also when its name is escaped", () => {
    const parts = spliceModel(Buffer.from('{"model":"a","x":1,"mod\\u0065l":"b"}'), "z") ?? [];
    assert.equal(Buffer.concat(parts).toString(), '{"model":"z","x":1,"mod\\u0065l":"z"}');
  });

  it("gives nothing for a body without a model, or that is no object", () => {
    for (const text of ["{}", '{"a":{"model":"x"}}', "[]", '{"model":', ""]) {
      assert.equal(spliceModel(Buffer.from(text), "x"), undefined, text);
    }
  });

  it("leaves bytes that are not UTF-8 as they are", () => {
    const body = Buffer.concat([
      Buffer.from('{"a":"'),
      Buffer.from([0xff, 0xfe, 0xc3]),
      Buffer.from('","model":"m"}'),
    ]);
    const parts = spliceModel(body, "n") ?? [];
    assert.deepEqual(Buffer.concat(parts).subarray(0, -4), body.subarray(0, -4));
  });
});

describe("spliceValue", () => {
  it("sets any member of any object to any JSON and keeps the rest", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue({ maxDepth: 2 }), { minKeys: 1 }),
        fc.jsonValue(),
        fc.nat(),
        (object, replacement, pick) => {
          const names = Object.keys(object);
          const name = names[pick % names.length] ?? "";
          const body = Buffer.from(JSON.stringify(object, null, 1));
          const member = findMember(scanTopLevel(body), name);
          assert.ok(member !== undefined);
          const parts = spliceValue(body, member, JSON.stringify(replacement));
          const expected = new Map(Object.entries(object)).set(name, replacement);
          const after: unknown = JSON.parse(Buffer.concat(parts).toString());
          assert.deepEqual(after, JSON.parse(JSON.stringify(Object.fromEntries(expected))));
        },
      ),
    );
  });
});
