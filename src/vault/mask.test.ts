import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { maskCredential } from "./mask.ts";

describe("maskCredential", () => {
  it("L-01: shows at most four characters on each side of what is secret, and of short ones two", () => {
    for (const [value, mask] of [
      ["sk-ant-api03-AbCdEfGhIjKlMnOpQrStuvwxyz", "sk-ant-api03-AbCd…wxyz"],
      ["sk-ant-admin01-AbCdEfGhIjKlMnOpQrStuvwxyz", "sk-ant-admin01-AbCd…wxyz"],
      ["sk-ant-AbCdEfGhIjKlMnOpQrStuvwxyz", "sk-ant-AbCd…wxyz"],
      ["AbCdEfGhIjKlMnOpQrStuvwxyz", "AbCd…wxyz"],
      ["sk-ant-api03-AbCdEfGhIjKl", "…Kl"],
      ["12345678", "…78"],
      ["sk-ant-api03-", "…"],
    ] as const) {
      assert.equal(maskCredential(value), mask);
    }
  });
});
