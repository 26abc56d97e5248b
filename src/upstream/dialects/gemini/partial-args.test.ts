import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PartialArgs } from "./partial-args.ts";

const CASES: readonly (readonly [string, readonly unknown[], string])[] = [
  ["nothing", [], "{}"],
  [
    "text in pieces",
    [
      { jsonPath: "$.a", stringValue: "x" },
      { jsonPath: "$.a", stringValue: "y" },
    ],
    '{"a":"xy"}',
  ],
  [
    "every kind of value",
    [
      { jsonPath: "$.n", numberValue: 1.5 },
      { jsonPath: "$.b", boolValue: false },
      { jsonPath: "$.z", nullValue: "NULL_VALUE" },
    ],
    '{"n":1.5,"b":false,"z":null}',
  ],
  [
    "nested names and places",
    [
      { jsonPath: "$.a.b[1].c", stringValue: "2" },
      { jsonPath: "$.a.b[0].c", stringValue: "1" },
      { jsonPath: "$['d e']", stringValue: "f" },
    ],
    '{"a":{"b":[{"c":"1"},{"c":"2"}]},"d e":"f"}',
  ],
  ["what is no piece", [null, "x", {}, { jsonPath: 1 }, { jsonPath: "$" }], "{}"],
];

describe("PartialArgs", () => {
  for (const [name, pieces, json] of CASES) {
    it(`puts together ${name}`, () => {
      const args = new PartialArgs();
      for (const piece of pieces) args.add(piece);
      assert.equal(args.toJson(), json);
    });
  }

  it("reaches no prototype", () => {
    const args = new PartialArgs();
    args.add({ jsonPath: "$.__proto__.polluted", stringValue: "yes" });
    args.toJson();
    assert.equal(Reflect.get({}, "polluted"), undefined);
  });
});
