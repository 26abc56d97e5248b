import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { CREDENTIAL_FIELDS, readCredential } from "./credentials.ts";

const OAT = "sk-ant-oat01-aaaaaaaa";
const API = "sk-ant-api03-bbbbbbbb";
const KEY = "spw-cccccccc";
const OTHER_KEY = "spw-dddddddd";

function classOf(...headers: readonly string[]): string {
  const credential = readCredential(headers);
  return credential.ok ? credential.value.class : credential.error.code;
}

function valueOf(...headers: readonly string[]): string | undefined {
  const credential = readCredential(headers);
  assert.ok(credential.ok);
  return credential.value.secret?.reveal();
}

describe("readCredential", () => {
  it("R9: tells classes by the value, whatever field it is in", () => {
    for (const field of CREDENTIAL_FIELDS) {
      const scheme = field === "authorization" ? "Bearer " : "";
      assert.equal(classOf(field, `${scheme}${OAT}`), "subscription", field);
      assert.equal(classOf(field, `${scheme}${API}`), "api_key", field);
      assert.equal(classOf(field, `${scheme}${KEY}`), "virtual_key", field);
      assert.equal(classOf(field, `${scheme}own-gateway-token`), "other", field);
    }
  });

  it("R9: a key sent as Bearer, as newer SDKs do, is still a key", () => {
    assert.equal(classOf("Authorization", `Bearer ${API}`), "api_key");
    assert.equal(valueOf("Authorization", `Bearer ${API}`), API);
  });

  it("takes field names in any case and schemes of any name", () => {
    assert.equal(classOf("AUTHORIZATION", `bearer ${OAT}`), "subscription");
    assert.equal(classOf("X-Api-Key", API), "api_key");
    assert.equal(classOf("authorization", "Basic dXNlcjpwYXNz"), "other");
    assert.equal(classOf("authorization", `Bearer   ${OAT} `), "subscription");
  });

  it("N-05: knows a Spillway key behind any white space", () => {
    assert.equal(classOf("authorization", `Bearer\t${KEY}`), "virtual_key");
    assert.equal(classOf("authorization", `\tBearer \t ${KEY}`), "virtual_key");
    assert.equal(classOf("x-api-key", `\t${KEY}`), "virtual_key");
    assert.equal(classOf("authorization", KEY), "virtual_key");
  });

  it("finds none where there is none", () => {
    assert.equal(classOf(), "none");
    assert.equal(classOf("x-api-key", "", "authorization", "Bearer "), "none");
    assert.equal(classOf("x-other", OAT), "none");
    assert.equal(valueOf("x-other", OAT), undefined);
  });

  it("H-05: refuses a field that came twice, equal or not, in any case", () => {
    for (const [name, again] of [
      ["Authorization", "authorization"],
      ["x-api-key", "X-API-KEY"],
    ] as const) {
      assert.equal(classOf(name, API, again, OAT), "ambiguous_credentials");
      assert.equal(classOf(name, API, again, API), "ambiguous_credentials");
      assert.equal(classOf(name, "", again, API), "ambiguous_credentials");
    }
  });

  it("H-05: refuses two different Spillway keys, takes one in two fields", () => {
    const both = (key: string) => classOf("authorization", `Bearer ${KEY}`, "x-api-key", key);
    assert.equal(both(OTHER_KEY), "ambiguous_credentials");
    assert.equal(both(KEY), "virtual_key");
  });

  it("R9: one value in both fields, as a key helper sends it, is normal", () => {
    assert.equal(classOf("Authorization", `Bearer ${API}`, "X-Api-Key", API), "api_key");
  });

  it("R9: a Spillway key speaks for the caller beside an Anthropic credential", () => {
    assert.equal(classOf("x-spillway-key", KEY, "authorization", `Bearer ${OAT}`), "virtual_key");
    assert.equal(classOf("x-api-key", API, "authorization", `Bearer ${OAT}`), "subscription");
  });

  it("H-05: does not read fields with underscores", () => {
    assert.equal(classOf("x_api_key", KEY), "none");
  });

  it("L-01: holds a value that does not print", () => {
    const credential = readCredential(["authorization", `Bearer ${OAT}`]);
    assert.doesNotMatch(inspect(credential, { depth: 9, showHidden: true }), /aaaaaaaa/);
    assert.doesNotMatch(JSON.stringify(credential), /aaaaaaaa/);
  });

  it("L-01: does not repeat a refused value", () => {
    for (const headers of [
      ["authorization", OAT, "authorization", OAT],
      ["x-spillway-key", KEY, "x-api-key", OTHER_KEY],
    ]) {
      const refused = readCredential(headers);
      assert.ok(!refused.ok);
      assert.doesNotMatch(refused.error.message, /aaaa|cccc|dddd/);
    }
  });
});
