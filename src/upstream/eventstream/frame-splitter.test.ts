import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { decodeFrame, type EventFrame, encodeFrame } from "./frame.ts";
import { FrameSplitter } from "./frame-splitter.ts";

/** What `@smithy/eventstream-codec` 4.5.2, AWS's own, makes of a message without headers, with a number, and with every type. */
const EMPTY = Buffer.from("000000100000000005c248eb7d98c8ff", "hex");
const INT32 = Buffer.from(
  "0000002d00000010" +
    "41c424b8" +
    "0a6576656e742d74797065040000a00c" +
    "7b27666f6f273a27626172277d" +
    "36f480a0",
  "hex",
);

const EVERY_TYPE = Buffer.from(
  "0000006200000050edbbaab0" +
    "016100" +
    "01620201" +
    "0163030002" +
    "0164050000000000000003" +
    "01650600027879" +
    "0166080000000000000000" +
    "0167090102030405060708090a0b0c0d0e0f10" +
    "0b3a6576656e742d747970650700056368756e6b" +
    "7b7d2d2d1deb",
  "hex",
);

const frames = fc.record(
  {
    headers: fc
      .dictionary(
        fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
        fc.string({ unit: "grapheme", maxLength: 40 }),
        { maxKeys: 5, noNullPrototype: true },
      )
      .map((headers) => new Map(Object.entries(headers))),
    payload: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  },
  { noNullPrototype: true },
);

function split(bytes: Buffer, cuts: readonly number[]): readonly EventFrame[] {
  const splitter = new FrameSplitter();
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length];
  const sorted = places.toSorted((a, b) => a - b);
  const found = sorted.slice(1).flatMap((end, index) => {
    const pushed = splitter.push(bytes.subarray(sorted[index] ?? 0, end));
    assert.ok(pushed.ok);
    return pushed.value;
  });
  assert.equal(splitter.atBoundary, true);
  return found;
}

describe("FrameSplitter", () => {
  it("reads what AWS's own codec writes", () => {
    assert.deepEqual(split(EMPTY, []), [{ headers: new Map(), payload: Buffer.alloc(0) }]);
    // A number tells nothing here, and is passed over.
    assert.deepEqual(split(INT32, []), [
      { headers: new Map(), payload: Buffer.from("{'foo':'bar'}") },
    ]);
    assert.deepEqual(split(EVERY_TYPE, []), [
      { headers: new Map([[":event-type", "chunk"]]), payload: Buffer.from("{}") },
    ]);
    assert.deepEqual(encodeFrame({ headers: new Map(), payload: Buffer.alloc(0) }), EMPTY);
  });

  it("finds the same messages wherever the bytes are cut", () => {
    fc.assert(
      fc.property(
        fc.array(frames, { maxLength: 5 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        (sent, cuts) => {
          assert.deepEqual(split(Buffer.concat(sent.map(encodeFrame)), cuts), sent);
        },
      ),
    );
  });

  it("finds them byte by byte", () => {
    const sent = ["a", "b", "c"].map((text) => ({
      headers: new Map([[":event-type", text]]),
      payload: Buffer.from(text.repeat(30)),
    }));
    const bytes = Buffer.concat(sent.map(encodeFrame));
    assert.deepEqual(split(bytes, Array.from(bytes.keys())), sent);
  });

  it("notices any byte that was changed", () => {
    fc.assert(
      fc.property(frames, fc.nat(), fc.integer({ min: 1, max: 255 }), (frame, place, change) => {
        const bytes = encodeFrame(frame);
        const at = place % bytes.length;
        bytes.writeUInt8(bytes.readUInt8(at) ^ change, at);
        const splitter = new FrameSplitter();
        const pushed = splitter.push(bytes);
        assert.ok(!pushed.ok || !splitter.atBoundary);
      }),
    );
  });

  it("waits for what is missing, and says that it is within a message", () => {
    const splitter = new FrameSplitter();
    assert.deepEqual(splitter.push(EMPTY.subarray(0, 15)), { ok: true, value: [] });
    assert.equal(splitter.atBoundary, false);
    assert.equal(splitter.push(EMPTY.subarray(15)).ok, true);
    assert.equal(splitter.atBoundary, true);
  });
});

describe("decodeFrame", () => {
  it("refuses headers that do not end where they should, although the checksums fit", () => {
    for (const damage of [
      // A name that is longer than all headers.
      (bytes: Buffer) => bytes.writeUInt8(200, 12),
      // A type that there is not.
      (bytes: Buffer) => bytes.writeUInt8(11, 14),
      // A value that is longer than all headers.
      (bytes: Buffer) => bytes.writeUInt16BE(999, 15),
    ]) {
      const whole = encodeFrame({ headers: new Map([["a", "b"]]), payload: Buffer.from("x") });
      damage(whole);
      assert.equal(decodeFrame(withChecksums(whole)).ok, false);
    }
  });
});

/** With the checksums of the bytes as they are now. */
function withChecksums(frame: Buffer): Buffer {
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8);
  frame.writeUInt32BE(crc32(frame.subarray(0, -4)), frame.length - 4);
  return frame;
}
