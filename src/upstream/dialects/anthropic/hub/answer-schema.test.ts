import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JsonObject } from "../../../../canonical/index.ts";
import { answerSchema } from "./answer-schema.ts";

describe("answerSchema", () => {
  it("closes every object, and says in words what a model cannot be held to", () => {
    const schema: JsonObject = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      properties: {
        age: { type: "integer", description: "In years.", minimum: 0, maximum: 150 },
        kind: { oneOf: [{ const: "a" }, { $ref: "#/$defs/other" }] },
        day: { type: "string", format: "date" },
        path: { type: "string", format: "regex", pattern: "^/" },
        list: { type: "array", minItems: 1, maxItems: 3, items: { type: "string" } },
        maybe: { type: ["object", "null"], properties: { x: { type: ["string", "null"] } } },
      },
      required: ["age"],
      additionalProperties: true,
      $defs: { other: { type: "object", properties: { b: { type: "boolean" } } } },
    };
    const closed = { additionalProperties: false };
    assert.deepEqual(answerSchema(schema), {
      type: "object",
      properties: {
        age: { type: "integer", description: "In years.\n\n{minimum: 0, maximum: 150}" },
        kind: { anyOf: [{ const: "a" }, { $ref: "#/$defs/other" }] },
        day: { type: "string", format: "date" },
        path: { type: "string", description: '{format: "regex", pattern: "^/"}' },
        list: {
          type: "array",
          minItems: 1,
          items: { type: "string" },
          description: "{maxItems: 3}",
        },
        maybe: {
          anyOf: [
            { type: "object", properties: { x: { type: ["string", "null"] } }, ...closed },
            { type: "null" },
          ],
        },
      },
      required: ["age"],
      $defs: { other: { type: "object", properties: { b: { type: "boolean" } }, ...closed } },
      ...closed,
    });
  });

  for (const [what, schema] of [
    ["an object of any members", { type: "object" }],
    ["a map", { type: "object", properties: { m: { type: "object", additionalProperties: {} } } }],
    ["what is no schema", { type: "object", properties: { m: true } }],
  ] as const) {
    it(`has none for ${what}`, () => assert.equal(answerSchema(schema), undefined));
  }
});
