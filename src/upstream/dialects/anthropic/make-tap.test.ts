import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { BodyTap } from "./body-tap.ts";
import { EncodedTap, INFLATE_LIMITS, openInflater } from "./encoded-tap.ts";
import { makeTap } from "./make-tap.ts";
import { NOTHING_OBSERVED } from "./observation.ts";
import { StreamTap } from "./stream-tap.ts";

const STREAM =
  'event: message_start\ndata: {"type":"message_start","message":{"model":"m","usage":{"input_tokens":5}}}\n\n' +
  'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":42}}\n\n';

const CODINGS = [
  ["gzip", gzipSync],
  ["x-gzip", gzipSync],
  ["deflate", deflateSync],
  ["br", brotliCompressSync],
  ["zstd", zstdCompressSync],
] as const;

describe("makeTap", () => {
  it("chooses by content type, and by the request where that says nothing", () => {
    assert.ok(kind("text/event-stream; charset=utf-8", false) instanceof StreamTap);
    assert.ok(kind("application/json", true) instanceof BodyTap);
    assert.ok(kind("text/plain", true) instanceof StreamTap);
    assert.ok(kind(undefined, true) instanceof StreamTap);
    assert.ok(kind(undefined, false) instanceof BodyTap);
  });

  it("makes none for stacked or unknown codings", () => {
    for (const contentEncoding of ["gzip, gzip", "compress", "gzip;q=1", "constructor"]) {
      assert.equal(makeTap({ contentType: undefined, contentEncoding, isStream: true }), undefined);
    }
    const identity = makeTap({
      contentType: undefined,
      contentEncoding: "Identity",
      isStream: true,
    });
    assert.ok(identity instanceof StreamTap);
  });
});

describe("EncodedTap", () => {
  it("reads every coding as if it were plain, at any chunk size", async () => {
    const plain = new StreamTap();
    plain.push(Buffer.from(STREAM));
    const expected = plain.finish();
    for (const [contentEncoding, compress] of CODINGS) {
      const bytes = compress(STREAM);
      for (const size of [1, 7, bytes.length]) {
        const tap = makeTap({ contentType: "text/event-stream", contentEncoding, isStream: true });
        for (let at = 0; at < bytes.length; at += size) tap?.push(bytes.subarray(at, at + size));
        assert.equal(tap?.atBoundary, false);
        assert.deepEqual(await tap?.finish(), expected, contentEncoding);
      }
    }
  });

  it("gives what a cut answer held", async () => {
    const { tap } = encoded();
    const bytes = gzipSync(STREAM);
    tap.push(bytes.subarray(0, -9));
    const seen = await tap.finish();
    assert.deepEqual([seen.servedModel, seen.failed], ["m", false]);
  });

  it("knows nothing of bytes that are not what their coding says", async () => {
    const { tap } = encoded();
    tap.push(Buffer.from(STREAM));
    assert.deepEqual(await tap.finish(), { ...NOTHING_OBSERVED, failed: true });
  });

  it("knows nothing of an empty answer, without failing", async () => {
    const { tap } = encoded();
    assert.equal((await tap.finish()).sawMessageStart, false);
  });

  it("stops at the ratio, at the size and at the waiting input (U-07)", async () => {
    const bomb = gzipSync(Buffer.alloc(4_000_000));
    const gone = { ...NOTHING_OBSERVED, failed: true };
    const byRatio = encoded({ ...INFLATE_LIMITS, ratioFreeBytes: 100_000 });
    byRatio.tap.push(bomb);
    assert.deepEqual(await byRatio.tap.finish(), gone);
    assert.ok(byRatio.received() < bomb.length * 100);

    const bySize = encoded({ ...INFLATE_LIMITS, outputBytes: 200_000 });
    bySize.tap.push(bomb);
    assert.deepEqual(await bySize.tap.finish(), gone);
    assert.ok(bySize.received() <= 200_000);

    const byWaiting = encoded({ ...INFLATE_LIMITS, waitingBytes: 10 });
    byWaiting.tap.push(bomb);
    byWaiting.tap.push(bomb);
    assert.deepEqual(await byWaiting.tap.finish(), gone);
  });
});

function encoded(limits = INFLATE_LIMITS) {
  let received = 0;
  const inner = new StreamTap();
  const counting = {
    atBoundary: false,
    push: (chunk: Uint8Array) => {
      received += chunk.length;
      inner.push(chunk);
    },
    finish: () => inner.finish(),
  };
  const inflater = openInflater("gzip");
  assert.ok(inflater !== undefined);
  return { tap: new EncodedTap(inflater, counting, limits), received: () => received };
}

function kind(contentType: string | undefined, isStream: boolean) {
  return makeTap({ contentType, contentEncoding: undefined, isStream });
}
