import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { Secret } from "../../base/secret.ts";
import { maskHead, maskText, withoutSecret } from "./mask-secret.ts";

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

  it("comes to an end with a key of any length", () => {
    for (const key of ["k", "ke", "key", "keys", "key-5"]) {
      const { body } = withoutSecret(answer("no such thing"), new Secret(key));
      assert.equal(body.toString(), "no such thing");
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

describe("maskHead", () => {
  it("L-01: blots the key out of fields and of the status line, in whatever spelling", () => {
    const hex = Buffer.from(KEY).toString("hex");
    const head = { status: 200, reason: `OK ${KEY}`, headers: ["X-Echo", `k ${hex}`, "A", "b"] };
    assert.deepEqual(maskHead(head, SECRET), {
      status: 200,
      reason: `OK ${"*".repeat(KEY.length)}`,
      headers: ["X-Echo", `k ${"*".repeat(hex.length)}`, "A", "b"],
    });
    const plain = { ...head, reason: "OK", headers: ["A", "b"] };
    assert.equal(maskHead(plain, SECRET), plain);
    assert.equal(maskText("nothing here", SECRET), "nothing here");
  });
});
