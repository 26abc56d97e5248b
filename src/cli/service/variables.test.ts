import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { chooseVariables, isPlain, readSecrets, secretsText } from "./variables.ts";

describe("chooseVariables", () => {
  const shell = { PORT: "4090", BIND: "", PATH: "/bin", MY_KEY: "abc", https_proxy: "http://p:1" };

  it("takes what Spillway reads from the shell, then what was asked for", () => {
    const chosen = chooseVariables(shell, ["MY_KEY", "BIND=::1", "EMPTY="]);
    assert.deepEqual(chosen, {
      ok: true,
      value: new Map([
        ["PORT", "4090"],
        ["https_proxy", "http://p:1"],
        ["MY_KEY", "abc"],
        ["BIND", "::1"],
        ["EMPTY", ""],
      ]),
    });
  });

  it("refuses what is no variable, without repeating a value", () => {
    for (const asked of ["1X=secret", "=secret", "MISSING", "A=one\ntwo", "A B=secret"]) {
      const chosen = chooseVariables(shell, [asked]);
      assert.ok(!chosen.ok && chosen.error.code === 2, asked);
      assert.doesNotMatch(chosen.error.message, /secret|two/);
    }
  });
});

describe("isPlain", () => {
  it("shows only what is known to be harmless", () => {
    const plain = [
      ["PORT", "4080"],
      ["CLAUDE_USAGE_FILE", "/me/usage.md"],
      ["HTTPS_PROXY", "http://proxy:3128"],
    ] as const;
    for (const [name, value] of plain) assert.ok(isPlain(name, value), name);
    const secret = [
      ["SPILLWAY_MASTER_KEY", "00"],
      ["MY_SETTING", "x"],
      ["HTTPS_PROXY", "http://me:password@proxy:3128"],
    ] as const;
    for (const [name, value] of secret) assert.ok(!isPlain(name, value), name);
  });
});

describe("secretsText", () => {
  it("is read as it was written, or refused by name", () => {
    const value = fc.string({ unit: "grapheme" }).filter((text) => !/\p{Cc}/u.test(text));
    const awkward = fc.string({
      unit: fc.constantFrom("'", '"', "`", "\\", "n", "$", "#", "=", " "),
    });
    fc.assert(
      fc.property(fc.oneof(value, awkward), fc.oneof(value, awkward), (one, other) => {
        const secrets = new Map([
          ["ONE", one],
          ["OTHER", other],
        ]);
        const text = secretsText(secrets);
        if (text.ok) assert.deepEqual(readSecrets(text.value), secrets);
        else assert.match(text.error.message, /^(?:ONE|OTHER) has all kinds of quotation marks/);
      }),
    );
  });
});
