import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Secret } from "../../base/secret.ts";
import { chooseProxy, isExempt } from "./proxy-choice.ts";

const ORIGIN = "https://api.example.com";
const P = "http://proxy.example:3128";

function chosen(setting: "none" | "env" | Secret, env = {}, origin = ORIGIN): string | undefined {
  const result = chooseProxy(origin, setting, env);
  assert.ok(result.ok);
  return result.value?.reveal();
}

describe("chooseProxy", () => {
  it("N-04: does not look at the variables unless it is told to", () => {
    const env = { HTTPS_PROXY: P, https_proxy: P, HTTP_PROXY: P, ALL_PROXY: P };
    assert.equal(chosen("none", env), undefined);
    assert.equal(chosen(new Secret("http://other.example:1"), env), "http://other.example:1");
  });

  it("does not let NO_PROXY overrule a proxy that is named in the configuration", () => {
    assert.equal(chosen(new Secret(P), { NO_PROXY: "*" }), P);
  });

  it("uses no proxy for a plain http origin, which is on this machine", () => {
    assert.equal(chosen(new Secret(P), {}, "http://127.0.0.1:8080"), undefined);
    assert.equal(chosen("env", { HTTP_PROXY: P }, "http://localhost:8080"), undefined);
  });

  for (const [name, env, expected] of [
    ["none is set", {}, undefined],
    ["HTTPS_PROXY", { HTTPS_PROXY: P }, `${P}/`],
    ["https_proxy wins", { https_proxy: P, HTTPS_PROXY: "http://b.example" }, `${P}/`],
    ["an empty one counts as unset", { https_proxy: " ", HTTPS_PROXY: P }, `${P}/`],
    ["HTTP_PROXY where there is no other", { HTTP_PROXY: P }, `${P}/`],
    ["HTTPS_PROXY before http_proxy", { http_proxy: "http://b.example", HTTPS_PROXY: P }, `${P}/`],
    ["ALL_PROXY is not obeyed", { ALL_PROXY: "socks5://s.example" }, undefined],
    [
      "without a scheme",
      { HTTPS_PROXY: "u:p@proxy.example:3128" },
      "http://u:p@proxy.example:3128/",
    ],
    ["by TLS", { HTTPS_PROXY: "https://proxy.example" }, "https://proxy.example/"],
    ["NO_PROXY", { HTTPS_PROXY: P, NO_PROXY: "api.example.com" }, undefined],
    ["no_proxy wins", { HTTPS_PROXY: P, no_proxy: "other.example", NO_PROXY: "*" }, `${P}/`],
  ] satisfies [string, object, string | undefined][]) {
    it(`env: ${name}`, () => assert.equal(chosen("env", env), expected));
  }

  it("refuses what is no http proxy, by the variable's name and without its value", () => {
    for (const value of ["socks5://u:geheim@proxy.example", "http://u:geheim@:x", "http://"]) {
      const result = chooseProxy(ORIGIN, "env", { HTTPS_PROXY: value });
      assert.ok(!result.ok);
      assert.match(result.error, /egress\.proxy: HTTPS_PROXY/);
      assert.doesNotMatch(result.error, /geheim|proxy\.example/);
    }
  });
});

describe("isExempt", () => {
  for (const [noProxy, origin, expected] of [
    ["", ORIGIN, false],
    ["*", ORIGIN, true],
    ["api.example.com", ORIGIN, true],
    ["API.Example.COM", ORIGIN, true],
    ["api.example.com.", ORIGIN, true],
    ["example.com", ORIGIN, true],
    [".example.com", ORIGIN, true],
    ["*.example.com", ORIGIN, true],
    [".api.example.com", ORIGIN, true],
    ["ample.com", ORIGIN, false],
    ["com.evil", ORIGIN, false],
    ["localhost, 10.0.0.1  api.example.com", ORIGIN, true],
    [",,", ORIGIN, false],
    [".", ORIGIN, false],
    ["api.example.com:443", ORIGIN, true],
    ["api.example.com:8443", ORIGIN, false],
    ["api.example.com:8443", "https://api.example.com:8443", true],
    [".example.com:443", ORIGIN, true],
    [":443", ORIGIN, false],
    ["127.0.0.1", "https://127.0.0.1:9", true],
    ["127.0.0.1:8", "https://127.0.0.1:9", false],
    ["127.0.0.0/8", "https://127.0.0.1:9", false],
    ["::1", "https://[::1]:9", true],
    ["[::1]", "https://[::1]:9", true],
    ["[::1]:9", "https://[::1]:9", true],
    ["[::1]:8", "https://[::1]:9", false],
  ] as const) {
    it(`NO_PROXY="${noProxy}" ${expected ? "names" : "does not name"} ${origin}`, () => {
      assert.equal(isExempt(origin, noProxy), expected);
    });
  }
});
