import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readAsked } from "./asked.ts";

function read(...headers: readonly string[]) {
  const asked = readAsked(headers);
  return asked.ok ? asked.value : asked.error.code;
}

describe("readAsked", () => {
  it("asks for nothing without a field of Spillway's own", () => {
    const nothing = { overflow: false, dataPolicies: [], fallbacks: [], usesAliases: false };
    assert.deepEqual(read("X-Other", "1"), nothing);
    assert.deepEqual(read("x-spillway-key", "spw-x"), nothing);
  });

  it("S0-10: reads overflow in both spellings, and tells who is used to another gateway's answers", () => {
    const own = read("X-Spillway-Overflow", "BYOK");
    assert.deepEqual(own, { overflow: true, dataPolicies: [], fallbacks: [], usesAliases: false });
    const other = read("x-br-overflow", "byok", "x-br-api-key", "spw-x");
    assert.deepEqual(other, { overflow: true, dataPolicies: [], fallbacks: [], usesAliases: true });
  });

  it("R17: every data policy that is said holds, however often and in whatever spelling", () => {
    const asked = read("x-br-data-policy", "india_only", "X-Spillway-Data-Policy", "us_only");
    assert.ok(typeof asked !== "string");
    assert.deepEqual(
      asked.dataPolicies.map(({ name }) => name),
      ["us_only", "india_only"],
    );
    const none = read("x-br-data-policy", "none");
    assert.deepEqual(none, { overflow: false, dataPolicies: [], fallbacks: [], usesAliases: true });
  });

  it("refuses a value that it does not know, also beside one that it knows", () => {
    for (const fields of [
      ["x-spillway-overflow", "yes"],
      ["x-spillway-overflow", "byok", "x-br-overflow", "no"],
      ["x-br-data-policy", "moon_only"],
      ["x-br-data-policy", "us_only", "x-spillway-data-policy", "us_only, eu_only"],
    ]) {
      assert.equal(read(...fields), "invalid_header");
    }
  });
});
