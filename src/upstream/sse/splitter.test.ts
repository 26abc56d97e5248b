import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { SseSplitter } from "./splitter.ts";

const LINE_ENDS = fc.constantFrom("\n", "\r\n", "\r");
const LINES = fc.constantFrom(
  "",
  "",
  "data: {}",
  "event: ping",
  ": keep-alive",
  "no colon",
  "data:é😀",
  ":",
  "id: 1",
);
const STREAMS = fc
  .tuple(
    fc.array(fc.tuple(LINES, LINE_ENDS), { maxLength: 12 }),
    fc.constantFrom("", "\ufeff"),
    fc.boolean(),
  )
  .map(([lines, mark, isCut]) => {
    const bytes = Buffer.from(mark + lines.map(([line, end]) => line + end).join(""));
    return isCut ? bytes.subarray(0, -1) : bytes;
  });

describe("SseSplitter", () => {
  it("cuts at blank lines as the specification's line rules say, at any split", () => {
    fc.assert(
      fc.property(STREAMS, fc.array(fc.nat(40)), (bytes, cuts) => {
        assert.deepEqual(eventsOf(pieces(bytes, cuts)).events, reference(bytes).events);
      }),
      { numRuns: 1_000 },
    );
  });

  it("knows after every byte whether an appended event would stand alone", () => {
    fc.assert(
      fc.property(STREAMS, (bytes) => {
        const splitter = new SseSplitter(() => undefined);
        for (let end = 1; end <= bytes.length; end += 1) {
          splitter.push(bytes.subarray(end - 1, end));
          const text = bytes.toString("latin1", 0, end);
          assert.equal(splitter.atBoundary, isBoundary(text), JSON.stringify(text));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("says the same about the boundary whatever the window", () => {
    fc.assert(
      fc.property(STREAMS, fc.array(fc.nat(40)), (bytes, cuts) => {
        const narrow = new SseSplitter(() => undefined, 3);
        const wide = new SseSplitter(() => undefined);
        for (const piece of pieces(bytes, cuts)) {
          narrow.push(piece);
          wide.push(piece);
          assert.equal(narrow.atBoundary, wide.atBoundary);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("skips the same oversize events at any split, counts them and reads on", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30), { maxLength: 8 }), fc.array(fc.nat(40)), (sizes, cuts) => {
        const events = sizes.map((size) => `data: ${"x".repeat(size)}\n\n`);
        const { events: seen, splitter } = eventsOf(pieces(Buffer.from(events.join("")), cuts), 20);
        assert.deepEqual(
          seen,
          events.filter((event) => event.length <= 20),
        );
        assert.equal(splitter.skippedEvents, events.filter((event) => event.length > 20).length);
        assert.equal(splitter.atBoundary, true);
      }),
    );
  });

  it("survives any bytes at any split", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(40)), (bytes, cuts) => {
        const whole = eventsOf([bytes]);
        const split = eventsOf(pieces(Buffer.from(bytes), cuts));
        assert.deepEqual(split.events, whole.events);
        assert.equal(split.splitter.atBoundary, whole.splitter.atBoundary);
      }),
      { numRuns: 500 },
    );
  });

  it("is at a boundary before the first byte, but not within a byte order mark", () => {
    const splitter = new SseSplitter(() => undefined);
    assert.equal(splitter.atBoundary, true);
    splitter.push(Buffer.from([0xef, 0xbb]));
    assert.equal(splitter.atBoundary, false);
    splitter.push(Buffer.from([0xbf]));
    assert.equal(splitter.atBoundary, true);
  });

  it("is at a boundary behind a comment line, and not within one", () => {
    const splitter = new SseSplitter(() => undefined);
    splitter.push(Buffer.from("data: 1\n\n: wait"));
    assert.equal(splitter.atBoundary, false);
    splitter.push(Buffer.from("ing\n"));
    assert.equal(splitter.atBoundary, true);
  });

  it("hands over a last event without a blank line when the stream ends", () => {
    const { events } = eventsOf([Buffer.from("data: 1\n\ndata: 2")]);
    assert.deepEqual(events, ["data: 1\n\n", "data: 2"]);
  });

  it("reads a plain Uint8Array that views part of a larger buffer", () => {
    const larger = Buffer.from("xxdata: 1\n\nyy");
    const view = new Uint8Array(larger.buffer, larger.byteOffset + 2, 9);
    assert.deepEqual(eventsOf([view]).events, ["data: 1\n\n"]);
  });
});

function eventsOf(chunks: Iterable<Uint8Array>, windowBytes?: number) {
  const events: string[] = [];
  const splitter = new SseSplitter(
    (text, from, end) => events.push(text.slice(from, end)),
    windowBytes,
  );
  for (const chunk of chunks) splitter.push(chunk);
  splitter.finish();
  return { events, splitter };
}

function pieces(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const parts: Buffer[] = [];
  let from = 0;
  for (const cut of cuts) {
    parts.push(bytes.subarray(from, from + cut));
    from = Math.min(bytes.length, from + cut);
  }
  return [...parts, bytes.subarray(from)];
}

function withoutMark(text: string): string {
  return text.startsWith("\u00ef\u00bb\u00bf") ? text.slice(3) : text;
}

/** The slow and obvious way: normalise line ends, cut behind blank lines, drop blocks that are only a line end. */
function reference(bytes: Buffer) {
  const text = withoutMark(bytes.toString("latin1")).replace(/\r\n?/g, "\n");
  const events: string[] = [];
  let event = "";
  for (const line of text.split(/(?<=\n)/)) {
    const isBlank = line === "\n";
    event += line;
    if (!isBlank) continue;
    if (event !== "\n") events.push(event);
    event = "";
  }
  const isHalfMark = event === "\u00ef" || event === "\u00ef\u00bb";
  if (event !== "" && !isHalfMark) events.push(event);
  return { events };
}

function isBoundary(text: string): boolean {
  if (text === "\u00ef" || text === "\u00ef\u00bb") return false;
  const lines = withoutMark(text).split(/\r\n|\r|\n/);
  if (lines.pop() !== "") return false;
  const open = lines.slice(lines.lastIndexOf("") + 1);
  return open.every((line) => line.startsWith(":"));
}
