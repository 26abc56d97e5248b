import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isObject } from "../../../../base/json.ts";
import type { JsonObject } from "../../../../canonical/index.ts";
import { ALLOWED_KEYWORDS } from "./keywords.ts";
import { sanitiseSchema } from "./sanitise-schema.ts";

const CASES: readonly (readonly [string, JsonObject, JsonObject])[] = [
  [
    "leaves out what fails the whole request",
    {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      additionalProperties: false,
      propertyNames: { type: "string" },
      properties: { a: { type: "number", exclusiveMinimum: 0, maximum: 9, multipleOf: 2 } },
      required: ["a", "gone"],
    },
    { type: "object", properties: { a: { type: "number", maximum: 9 } }, required: ["a"] },
  ],
  ["makes an enum of a constant", { const: "x" }, { type: "string", enum: ["x"] }],
  [
    "tells numbers of an enum in words, so that they stay numbers",
    { type: "integer", description: "How many.", enum: [1, 2] },
    { type: "integer", description: "How many. One of: 1, 2" },
  ],
  [
    "takes null in an enum for optional",
    { enum: ["a", null] },
    { type: "string", nullable: true, enum: ["a"] },
  ],
  [
    "makes null in a list of types nullable",
    { type: ["string", "null"] },
    { type: "string", nullable: true },
  ],
  [
    "makes choices of several types",
    { type: ["string", "number", "null"], description: "d", minimum: 1 },
    {
      anyOf: [
        { type: "string", description: "d", nullable: true },
        { type: "number", description: "d", minimum: 1, nullable: true },
      ],
    },
  ],
  [
    "turns oneOf into anyOf, alone in its node",
    {
      description: "d",
      oneOf: [{ type: "string" }, { type: "array", items: { type: "boolean" } }],
    },
    {
      anyOf: [
        { type: "string", description: "d" },
        { type: "array", description: "d", items: { type: "boolean" } },
      ],
    },
  ],
  [
    "makes a choice between a type and null that type",
    { anyOf: [{ type: "string" }, { type: "null" }], default: "x" },
    { type: "string", default: "x", nullable: true },
  ],
  [
    "keeps the properties of an object that also has choices",
    { type: "object", properties: { a: { type: "string" } }, anyOf: [{ required: ["a"] }] },
    { type: "object", properties: { a: { type: "string" } } },
  ],
  [
    "puts references in place, with what stands beside them",
    {
      type: "object",
      properties: {
        p: { $ref: "#/$defs/P~1x", description: "here" },
        q: { $ref: "#/definitions/Q%20r" },
      },
      $defs: { "P/x": { type: "string", description: "there" } },
      definitions: { "Q r": { type: "integer", format: "int32" } },
    },
    {
      type: "object",
      properties: {
        p: { type: "string", description: "here" },
        q: { type: "integer", format: "int32" },
      },
    },
  ],
  [
    "takes a reference that leads nowhere for an object",
    { $ref: "https://a.example/b" },
    { type: "object" },
  ],
  [
    "merges allOf",
    {
      allOf: [
        { type: "object", properties: { a: { type: "string" } }, required: ["a"] },
        { properties: { b: { type: "number" } }, required: ["b"] },
      ],
    },
    {
      type: "object",
      properties: { a: { type: "string" }, b: { type: "number" } },
      required: ["a", "b"],
    },
  ],
  ["gives every list items", { type: "array" }, { type: "array", items: { type: "string" } }],
  ["drops formats that are refused", { type: "string", format: "uri" }, { type: "string" }],
  [
    "takes the first place of a tuple",
    { items: [{ type: "number" }] },
    { type: "array", items: { type: "number" } },
  ],
];

describe("sanitiseSchema", () => {
  for (const [name, schema, expected] of CASES) {
    it("says null in each choice where the only choice is one between others", () => {
      assert.deepEqual(sanitiseSchema({ type: ["null"], oneOf: [{ type: ["string", "array"] }] }), {
        anyOf: [
          { type: "string", nullable: true },
          { type: "array", items: { type: "string" }, nullable: true },
        ],
      });
    });

    it(name, () => assert.deepEqual(sanitiseSchema(schema), expected));
  }

  it("cuts a schema that contains itself", () => {
    const tree = { type: "object", properties: { kids: { type: "array", items: { $ref: "#" } } } };
    const text = JSON.stringify(sanitiseSchema(tree));
    assert.equal(text.match(/kids/g)?.length, 3);
  });

  it("bounds what references can blow up to", () => {
    const level = (next: number): JsonObject => ({
      type: "object",
      properties: Object.fromEntries(
        Array.from({ length: 10 }, (_, i) => [`p${i}`, { $ref: `#/$defs/l${next}` }]),
      ),
    });
    const $defs = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`l${i}`, level(i + 1)]));
    assert.ok(JSON.stringify(sanitiseSchema({ $ref: "#/$defs/l0", $defs })).length < 5_000_000);
    const all = { allOf: Array.from({ length: 5 }, () => ({ $ref: "#" })) };
    assert.deepEqual(sanitiseSchema(all), { type: "object" });
  });

  it("writes allowed keywords only, whatever it is given", () => {
    fc.assert(
      fc.property(fc.dictionary(KEYWORDS, NODES), (schema) => {
        assert.deepEqual(forbidden(sanitiseSchema(schema)), []);
      }),
      { numRuns: 500 },
    );
  });
});

const KEYWORDS = fc.constantFrom(
  "type",
  "properties",
  "items",
  "anyOf",
  "oneOf",
  "allOf",
  "$ref",
  "enum",
  "const",
  "format",
  "required",
  "additionalProperties",
  "not",
  "if",
  "nullable",
  "minimum",
  "description",
  "default",
);

const { NODES } = fc.letrec<{ NODES: unknown; object: unknown }>((tie) => ({
  object: fc.dictionary(fc.oneof(KEYWORDS, fc.constantFrom("a", "b", "__proto__")), tie("NODES"), {
    maxKeys: 5,
  }),
  NODES: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<unknown>(
      "string",
      "object",
      "array",
      "null",
      "integer",
      1,
      true,
      null,
      "#",
      "#/properties/a",
    ),
    tie("object"),
    fc.array(tie("NODES"), { maxLength: 3 }),
  ),
}));

/** Keywords of a written schema that the upstream does not know, at any depth. */
function forbidden(schema: unknown): readonly string[] {
  if (!isObject(schema)) return [`not a schema: ${String(schema)}`];
  const properties = isObject(schema["properties"]) ? Object.values(schema["properties"]) : [];
  const choices = Array.isArray(schema["anyOf"]) ? schema["anyOf"] : [];
  const items = schema["items"] === undefined ? [] : [schema["items"]];
  return [
    ...Object.keys(schema).filter((key) => !ALLOWED_KEYWORDS.has(key)),
    ...(choices.length > 0 && Object.keys(schema).length > 1 ? ["anyOf is not alone"] : []),
    ...[...properties, ...choices, ...items].flatMap(forbidden),
  ];
}
