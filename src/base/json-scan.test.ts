import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  findMember,
  memberText,
  readBoolean,
  readNumber,
  readString,
  scanParts,
  scanTopLevel,
  spanOf,
} from "./json-scan.ts";

const WHITESPACE = fc.string({ unit: fc.constantFrom(" ", "\n", "\r", "\t"), maxLength: 3 });

/** JSON text of a value, with whitespace wherever it may stand and with some characters escaped. */
function write(value: unknown, space: () => string, escape: (text: string) => string): string {
  if (typeof value === "string") return escape(value);
  if (Array.isArray(value)) {
    const items = value.map((item) => `${space()}${write(item, space, escape)}${space()}`);
    return `[${items.length === 0 ? space() : items.join(",")}]`;
  }
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(
      ([name, item]) =>
        `${space()}${escape(name)}${space()}:${space()}${write(item, space, escape)}${space()}`,
    );
    return `{${members.length === 0 ? space() : members.join(",")}}`;
  }
  return JSON.stringify(value);
}

function escapeSome(text: string, everyNth: number): string {
  const units = Array.from({ length: text.length }, (_, at) => text.charAt(at));
  const isLoneOrOdd = (unit: string, at: number) =>
    at % everyNth === 0 ||
    /[\ud800-\udfff]/.test(unit) ||
    unit < " " ||
    unit === '"' ||
    unit === "\\";
  const written = units.map((unit, at) =>
    isLoneOrOdd(unit, at) ? `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}` : unit,
  );
  return `"${written.join("")}"`;
}

const documents = fc
  .tuple(
    fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue({ stringUnit: "binary" })),
    fc.infiniteStream(WHITESPACE),
    fc.integer({ min: 1, max: 5 }),
    fc.boolean(),
  )
  .map(([value, spaces, everyNth, isPlain]) => {
    const space = () => spaces.next().value ?? "";
    const escape = (text: string) => (isPlain ? JSON.stringify(text) : escapeSome(text, everyNth));
    return `${space()}${write(value, space, escape)}${space()}`;
  });

describe("scanTopLevel", () => {
  it("finds the members that JSON.parse finds", () => {
    fc.assert(
      fc.property(documents, (text) => {
        const body = Buffer.from(text);
        const scan = scanTopLevel(body);
        assert.equal(scan.kind, "object");
        if (scan.kind !== "object") return;
        const found = Object.fromEntries(
          scan.members.map((member): [string, unknown] => [
            member.name,
            JSON.parse(memberText(body, member)),
          ]),
        );
        assert.deepEqual(found, JSON.parse(text));
        assert.deepEqual(scan.duplicates, []);
        for (const member of scan.members) {
          const value: unknown = JSON.parse(memberText(body, member));
          const read =
            readString(body, member) ??
            readNumber(body, member) ??
            readBoolean(member) ??
            undefined;
          const isScalar = value !== null && typeof value !== "object";
          assert.deepEqual(read, isScalar ? value : undefined);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("calls a body an object only when JSON.parse does not object to the top level", () => {
    const fragments = fc.constantFrom(
      "{",
      "}",
      '"a"',
      ":",
      ",",
      "1",
      "01",
      "-",
      "true",
      "nul",
      "[",
      "]",
      " ",
      '"',
      "\\",
    );
    fc.assert(
      fc.property(fc.array(fragments, { maxLength: 9 }), (parts) => {
        const text = parts.join("");
        const scan = scanTopLevel(Buffer.from(text));
        const hasContainerInside = /[{[].*[{[]/s.test(text);
        const hasEscape = text.includes("\\");
        if (hasContainerInside || hasEscape) return;
        assert.equal(scan.kind === "object", isJsonObject(text), text);
      }),
      { numRuns: 2_000 },
    );
  });

  it("reads names after unescaping, with case and unicode", () => {
    const body = Buffer.from('{"mod\\u0065l":"x","Model":"y","m\u00f6del":"z","\\ud83d\\ude00":1}');
    const scan = scanTopLevel(body);
    assert.equal(readString(body, findMember(scan, "model")), "x");
    assert.equal(readString(body, findMember(scan, "Model")), "y");
    assert.equal(readString(body, findMember(scan, "mödel")), "z");
    assert.equal(readNumber(body, findMember(scan, "😀")), 1);
  });

  it("lists duplicates once, also when one of them is escaped, and finds the last as JSON.parse does", () => {
    const body = Buffer.from('{"model":"a","x":1,"mod\\u0065l":"b","model":"c","x":2}');
    const scan = scanTopLevel(body);
    assert.equal(scan.kind, "object");
    if (scan.kind !== "object") return;
    assert.deepEqual(scan.duplicates, ["model", "x"]);
    assert.equal(scan.members.length, 5);
    assert.equal(readString(body, findMember(scan, "model")), "c");
  });

  it("lists only the wanted members", () => {
    const scan = scanTopLevel(Buffer.from('{"a":1,"model":"m","a":2}'), new Set(["model"]));
    assert.deepEqual(scan, {
      kind: "object",
      members: [{ name: "model", nameStart: 7, valueStart: 15, valueEnd: 18, type: "string" }],
      duplicates: [],
    });
  });

  it("ignores a nested member of the same name and brackets within strings", () => {
    const body = Buffer.from('{"a":{"model":"no","s":"}]\\"{\\\\"},"b":["]"],"model":"yes"}');
    assert.equal(readString(body, findMember(scanTopLevel(body), "model")), "yes");
  });

  it("follows escapes in strings of every length", () => {
    for (let length = 0; length < 60; length += 1) {
      for (const tail of ["\\", '"', '\\"', "\\\\", '"\\']) {
        const value = "x".repeat(length) + tail;
        const body = Buffer.from(JSON.stringify({ v: value, nested: [value], after: 1 }));
        const scan = scanTopLevel(body);
        assert.equal(readString(body, findMember(scan, "v")), value);
        assert.equal(readNumber(body, findMember(scan, "after")), 1);
      }
    }
  });

  it("survives a depth of 100,000", () => {
    const nested = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    assert.equal(scanTopLevel(Buffer.from(`{"a":${nested},"model":"m"}`)).kind, "object");
    assert.equal(scanTopLevel(Buffer.from(`{"a":${"[".repeat(100_000)}`)).kind, "invalid");
  });

  it("tells another JSON value from an object", () => {
    for (const text of ["[]", '"x"', "1", "-1", "true", "false", "null", "  [1]"]) {
      assert.deepEqual(scanTopLevel(Buffer.from(text)), { kind: "not_object" }, text);
    }
  });

  it("refuses what is not JSON at the top level", () => {
    const broken = [
      ["", 0],
      ["   ", 3],
      ["\ufeff{}", 0],
      ["hello", 0],
      ["{", 1],
      ["{,}", 1],
      ['{"a"}', 4],
      ['{"a":}', 5],
      ['{"a":1,}', 7],
      ['{"a":1 "b":2}', 7],
      ['{"a":1}}', 7],
      ['{"a":01}', 5],
      ['{"a":1.}', 5],
      ['{"a":tru}', 5],
      ['{"a":"x}', 5],
      ["{'a':1}", 1],
      ['{"a\n":1}', 1],
      ['{"a\\x":1}', 1],
      ['{"a":[1', 5],
      ['{"a', 3],
    ] as const;
    for (const [text, offset] of broken) {
      assert.deepEqual(scanTopLevel(Buffer.from(text)), { kind: "invalid", offset }, text);
    }
  });

  it("keeps a number's own text and reads a broken string as undefined", () => {
    const body = Buffer.from('{"t":1.0,"s":"\\x","big":1e999}');
    const scan = scanTopLevel(body);
    const member = findMember(scan, "t");
    assert.ok(member !== undefined);
    assert.equal(memberText(body, member), "1.0");
    assert.equal(readString(body, findMember(scan, "s")), undefined);
    assert.equal(readNumber(body, findMember(scan, "big")), Number.POSITIVE_INFINITY);
    assert.equal(findMember(scan, "absent"), undefined);
  });
});

describe("scanParts", () => {
  const pieces = fc.constantFrom(
    "{",
    "}",
    '"a"',
    '"\\\\"',
    '"x\\"y"',
    ":",
    ",",
    "1",
    "true",
    "[",
    "]",
    " ",
    "\\",
    '"',
  );

  it("gives the same for any split of the bytes", () => {
    const bodies = fc.oneof(
      documents,
      fc.array(pieces, { maxLength: 12 }).map((all) => all.join("")),
    );
    fc.assert(
      fc.property(bodies, fc.array(fc.integer({ min: 1, max: 7 })), (text, sizes) => {
        const body = Buffer.from(text);
        const parts: Buffer[] = [];
        let from = 0;
        for (const size of [...sizes, body.length]) {
          parts.push(body.subarray(from, from + size));
          from += size;
        }
        assert.deepEqual(scanParts(parts), scanTopLevel(body));
      }),
      { numRuns: 2_000 },
    );
  });

  it("gives a span's bytes across parts", () => {
    const parts = ["abc", "", "de", "fgh"].map((text) => Buffer.from(text));
    for (let start = 0; start <= 8; start += 1) {
      for (let end = start; end <= 8; end += 1) {
        assert.equal(spanOf(parts, start, end).toString(), "abcdefgh".slice(start, end));
      }
    }
  });
});

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
