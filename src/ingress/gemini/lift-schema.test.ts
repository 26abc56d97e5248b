import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { JsonObject } from "../../canonical/index.ts";
import { liftSchema } from "./lift-schema.ts";

const LIFTED: Readonly<Record<string, readonly [JsonObject, JsonObject]>> = {
  "types in capitals": [
    { type: "OBJECT", properties: { a: { type: "STRING" } }, required: ["a"] },
    { type: "object", properties: { a: { type: "string" } }, required: ["a"] },
  ],
  "JSON Schema as it is": [
    { type: ["string", "null"], $defs: { a: { const: "NULL" } }, additionalProperties: false },
    { type: ["string", "null"], $defs: { a: { const: "NULL" } }, additionalProperties: false },
  ],
  "what may be null": [
    { type: "STRING", nullable: true, enum: ["a"], format: "enum" },
    { type: ["string", "null"], enum: ["a", null] },
  ],
  "choices that may be null": [
    { anyOf: [{ type: "STRING" }, { type: "NUMBER" }], nullable: true },
    { anyOf: [{ type: "string" }, { type: "number" }, { type: "null" }] },
  ],
  "what may not be null": [{ type: "STRING", nullable: false }, { type: "string" }],
  "counts as text": [
    { type: "ARRAY", minItems: "1", max_items: "3", items: { type: "INTEGER", format: "int32" } },
    { type: "array", minItems: 1, maxItems: 3, items: { type: "integer", format: "int32" } },
  ],
  "an example": [
    { type: "STRING", example: "a" },
    { type: "string", examples: ["a"] },
  ],
  "a type that is none": [{ type: "TYPE_UNSPECIFIED", title: "t" }, { title: "t" }],
  "a property with the name of a keyword": [
    { type: "OBJECT", properties: { nullable: { type: "BOOLEAN" }, any_of: { type: "STRING" } } },
    { type: "object", properties: { nullable: { type: "boolean" }, any_of: { type: "string" } } },
  ],
};

describe("liftSchema", () => {
  for (const [what, [schema, lifted]] of Object.entries(LIFTED)) {
    it(`lifts ${what}`, () => assert.deepEqual(liftSchema(schema), lifted));
  }

  it("orders properties as they are to be answered", () => {
    const properties = { a: {}, b: {}, c: {} };
    const lifted = liftSchema({ properties, propertyOrdering: ["c", "x", "b"] });
    assert.equal(JSON.stringify(lifted), '{"properties":{"c":{},"b":{},"a":{}}}');
  });

  it("takes any object, and lifts what is lifted to itself", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (schema) => {
        const lifted = liftSchema(schema);
        assert.deepEqual(liftSchema(lifted), lifted);
      }),
    );
    let deep: JsonObject = { type: "STRING" };
    for (let depth = 0; depth < 3_000; depth += 1) deep = { items: deep };
    liftSchema(deep);
  });
});
