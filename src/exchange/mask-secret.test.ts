import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { Secret } from "../base/secret.ts";
import { maskFields, withoutSecret } from "./mask-secret.ts";

const KEY = "sk-ant-api03-CanaryCanary_Canary-0123456789";
const SECRET = new Secret(KEY);

function answer(body: Buffer | string, headers: readonly string[] = []) {
  const head = { status: 400, reason: "Bad Request", headers };
  return { head, body: Buffer.from(body), isComplete: true };
}

describe("withoutSecret", () => {
  it("L-01: blots out every spelling of the key and keeps the length", () => {
    for (const padding of ["", "a", "ab", "abc"]) {
      const told = Buffer.from(`${padding}${KEY} and more`);
      for (const spelling of ["utf8", "hex", "base64", "base64url"] as const) {
        const text = told.toString(spelling);
        const { body } = withoutSecret(answer(`{"said":"${text}"}`), SECRET);
        assert.equal(body.length, text.length + '{"said":""}'.length);
        const shown = Buffer.from(body.toString().slice(9, -2), spelling).toString();
        assert.ok(!shown.includes(KEY.slice(4, -4)), `${spelling} behind ${padding}`);
      }
    }
  });

  it("leaves an answer that does not have it as it is, compressed or not", () => {
    const plain = answer('{"error":"no"}');
    assert.equal(withoutSecret(plain, SECRET).body, plain.body);
    const packed = answer(gzipSync("no"), ["Content-Encoding", "gzip"]);
    assert.equal(withoutSecret(packed, SECRET), packed);
  });

  it("L-01: looks into compressed answers, and shows them plain where it found something", () => {
    for (const [coding, pack] of [
      ["gzip", gzipSync],
      ["br", brotliCompressSync],
      ["zstd", zstdCompressSync],
    ] as const) {
      const packed = pack(`bad key ${KEY}`);
      const fields = [
        "Content-Encoding",
        coding,
        "Content-Length",
        String(packed.length),
        "A",
        "b",
      ];
      const { head, body } = withoutSecret(answer(packed, fields), SECRET);
      assert.equal(body.toString(), `bad key ${"*".repeat(KEY.length)}`);
      assert.deepEqual(head.headers, ["A", "b"]);
    }
  });

  it("leaves out a body that it cannot read", () => {
    for (const coding of ["gzip", "x-unknown", "gzip, br"]) {
      const { head, body } = withoutSecret(answer("?", ["content-encoding", coding]), SECRET);
      assert.equal(body.length, 0);
      assert.deepEqual(head.headers, []);
    }
  });
});

describe("maskFields", () => {
  it("L-01: blots the key out of field values", () => {
    const fields = ["X-Echo", `key ${KEY}`, "A", "b"];
    assert.deepEqual(maskFields(fields, SECRET), [
      "X-Echo",
      `key ${"*".repeat(KEY.length)}`,
      "A",
      "b",
    ]);
  });
});
