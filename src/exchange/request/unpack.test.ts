import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { HeldBody, HeldBytes } from "./body.ts";
import { readFacts } from "./facts.ts";
import { unpackBody } from "./unpack.ts";

const TEXT = Buffer.from(JSON.stringify({ model: "claude-opus-5-5", stream: true }));
const LIMITS = { bodyBytes: 1_000, heldBytes: 2_000 };

async function unpacked(bytes: Buffer, coding: string, limits = LIMITS) {
  const held = new HeldBytes();
  held.take(bytes.length, limits.heldBytes);
  const body = new HeldBody([bytes], bytes.length, held);
  const read = await unpackBody(body, ["Content-Encoding", coding], limits, held);
  assert.ok(read.kind === "held");
  return { read, held };
}

describe("unpackBody", () => {
  it("reads a packed body, keeps it as it came, and counts both until they are dropped", async () => {
    const bytes = gzipSync(TEXT);
    const { read, held } = await unpacked(bytes, "GZIP");
    assert.deepEqual(read.parts, [bytes]);
    assert.equal(read.plainBytes, TEXT.length);
    assert.equal(readFacts(read).model, "claude-opus-5-5");
    assert.equal(held.used, bytes.length + TEXT.length);
    read.drop();
    assert.equal(held.used, 0);
  });

  it("leaves a body alone that is not packed", async () => {
    const { read } = await unpacked(TEXT, "identity");
    assert.ok(!read.isPacked);
    assert.equal(readFacts(read).stream, true);
  });

  it("says why a body cannot be read, and gives back what it counted", async () => {
    const bomb = zstdCompressSync(Buffer.alloc(2 ** 20));
    const cases = [
      [Buffer.from("?"), "lzma", LIMITS, "unsupported_encoding"],
      [Buffer.from("?"), "zstd", LIMITS, "invalid_body"],
      [Buffer.concat([zstdCompressSync(TEXT), Buffer.from("?")]), "zstd", LIMITS, "invalid_body"],
      [bomb, "zstd", LIMITS, "body_too_large"],
      [gzipSync(TEXT), "gzip", { bodyBytes: 1_000, heldBytes: 80 }, "held_bodies_full"],
    ] as const;
    for (const [bytes, coding, limits, code] of cases) {
      const { read, held } = await unpacked(bytes, coding, limits);
      assert.equal(read.plain.ok ? undefined : read.plain.error.code, code);
      assert.deepEqual(readFacts(read, { model: "m" }), {
        model: "m",
        stream: false,
        duplicates: [],
      });
      read.drop();
      assert.equal(held.used, 0);
    }
  });
});
