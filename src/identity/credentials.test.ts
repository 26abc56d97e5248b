import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { CREDENTIAL_FIELDS, readCredentials } from "./credentials.ts";

const OAT = "sk-ant-oat01-aaaaaaaa";
const API = "sk-ant-api03-bbbbbbbb";
const KEY = "spw-cccccccc";
const OTHER_KEY = "spw-dddddddd";
const FORWARDED = ["authorization", "x-api-key"];

/** `key+subscription`, or the refusal's code. */
function shapeOf(...headers: readonly string[]): string {
  const credentials = readCredentials(headers);
  if (!credentials.ok) return credentials.error.code;
  const { key, own } = credentials.value;
  return key === undefined ? own.class : `key+${own.class}`;
}

function read(...headers: readonly string[]) {
  const credentials = readCredentials(headers);
  assert.ok(credentials.ok);
  const { key, own } = credentials.value;
  return { key: key?.reveal(), own: own.secret?.reveal() };
}

describe("readCredentials", () => {
  it("R9: tells the caller's own credential by its value, in the fields that are forwarded", () => {
    for (const field of FORWARDED) {
      const scheme = field === "authorization" ? "Bearer " : "";
      assert.equal(shapeOf(field, `${scheme}${OAT}`), "subscription", field);
      assert.equal(shapeOf(field, `${scheme}${API}`), "api_key", field);
      assert.equal(shapeOf(field, `${scheme}own-gateway-token`), "other", field);
    }
  });

  it("C-03, A-04: knows a Spillway key in every field, and only there", () => {
    for (const field of CREDENTIAL_FIELDS) {
      const scheme = field === "authorization" ? "Bearer " : "";
      assert.equal(shapeOf(field, `${scheme}${KEY}`), "key+none", field);
      assert.equal(read(field, `${scheme}${KEY}`).key, KEY, field);
    }
    assert.equal(shapeOf("cookie", `key=${KEY}`, "x-other", KEY), "none");
  });

  it("S0-03: whatever comes in a field for gateway keys is taken for one", () => {
    for (const field of CREDENTIAL_FIELDS) {
      if (FORWARDED.includes(field) || field === "x-goog-api-key") continue;
      assert.equal(shapeOf(field, "br-someone-elses"), "key+none", field);
    }
    assert.equal(shapeOf("x-goog-api-key", "AIza-someone-elses"), "none");
  });

  it("refuses a provider's credential where only gateway keys belong", () => {
    for (const value of [OAT, API]) {
      const refused = readCredentials(["x-br-api-key", value]);
      assert.ok(!refused.ok);
      assert.equal(refused.error.code, "ambiguous_credentials");
      assert.match(refused.error.message, /x-br-api-key.*authorization or x-api-key/);
    }
  });

  it("X-R7: takes the one in authorization of two of a kind, in whatever order they come", () => {
    const other = "sk-ant-oat01-eeeeeeee";
    const fields = [
      ["authorization", `Bearer ${OAT}`],
      ["x-api-key", other],
    ];
    assert.equal(read(...fields.flat()).own, OAT);
    assert.equal(read(...fields.toReversed().flat()).own, OAT);
    assert.equal(read("x-api-key", OAT, "authorization", `Bearer ${API}`).own, OAT);
  });

  it("S0-02: reads a key beside a session", () => {
    assert.deepEqual(read("Authorization", `Bearer ${OAT}`, "x-br-api-key", KEY), {
      key: KEY,
      own: OAT,
    });
    assert.equal(shapeOf("x-api-key", API, "authorization", `Bearer ${OAT}`), "subscription");
  });

  it("S2-16: a key in authorization leaves no session there", () => {
    assert.deepEqual(read("authorization", `Bearer ${KEY}`), { key: KEY, own: undefined });
  });

  it("takes field names in any case and schemes of any name", () => {
    assert.equal(shapeOf("AUTHORIZATION", `bearer ${OAT}`), "subscription");
    assert.equal(shapeOf("X-Api-Key", API), "api_key");
    assert.equal(shapeOf("authorization", "Basic dXNlcjpwYXNz"), "other");
    assert.equal(shapeOf("authorization", `Bearer   ${OAT} `), "subscription");
  });

  it("N-05: knows a Spillway key behind any white space", () => {
    assert.equal(shapeOf("authorization", `Bearer\t${KEY}`), "key+none");
    assert.equal(shapeOf("authorization", `\tBearer \t ${KEY}`), "key+none");
    assert.equal(shapeOf("x-api-key", `\t${KEY}`), "key+none");
    assert.equal(shapeOf("authorization", KEY), "key+none");
  });

  it("finds none where there is none", () => {
    assert.equal(shapeOf(), "none");
    assert.equal(shapeOf("x-api-key", "", "authorization", "Bearer "), "none");
    assert.equal(shapeOf("x-other", OAT), "none");
  });

  it("H-05: refuses a field that came twice, equal or not, in any case", () => {
    for (const [name, again] of [
      ["Authorization", "authorization"],
      ["x-api-key", "X-API-KEY"],
    ] as const) {
      assert.equal(shapeOf(name, API, again, OAT), "ambiguous_credentials");
      assert.equal(shapeOf(name, API, again, API), "ambiguous_credentials");
      assert.equal(shapeOf(name, "", again, API), "ambiguous_credentials");
    }
  });

  it("H-05: refuses two different Spillway keys, takes one in two fields", () => {
    const both = (key: string) => shapeOf("authorization", `Bearer ${KEY}`, "x-api-key", key);
    assert.equal(both(OTHER_KEY), "ambiguous_credentials");
    assert.equal(both(KEY), "key+none");
  });

  it("R9: one value in both fields, as a key helper sends it, is normal", () => {
    assert.equal(shapeOf("Authorization", `Bearer ${API}`, "X-Api-Key", API), "api_key");
  });

  it("H-05: does not read fields with underscores", () => {
    assert.equal(shapeOf("x_api_key", KEY), "none");
  });

  it("L-01: holds values that do not print", () => {
    const credentials = readCredentials(["authorization", `Bearer ${OAT}`, "x-spillway-key", KEY]);
    assert.doesNotMatch(inspect(credentials, { depth: 9, showHidden: true }), /aaaaaaaa|cccccccc/);
    assert.doesNotMatch(JSON.stringify(credentials), /aaaaaaaa|cccccccc/);
  });

  it("L-01: does not repeat a refused value", () => {
    for (const headers of [
      ["authorization", OAT, "authorization", OAT],
      ["x-spillway-key", KEY, "x-api-key", OTHER_KEY],
      ["x-spillway-key", OAT],
    ]) {
      const refused = readCredentials(headers);
      assert.ok(!refused.ok);
      assert.doesNotMatch(refused.error.message, /aaaa|cccc|dddd/);
    }
  });
});
