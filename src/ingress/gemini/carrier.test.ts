import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { packThinking, unpackThinking } from "./carrier.ts";

const words = fc.string({ unit: "grapheme" });
const blocks = fc.array(
  fc.oneof(
    fc.tuple(words, words).map(([text, signature]) => ({
      type: "thinking" as const,
      text,
      signature,
    })),
    words.map((data) => ({ type: "redacted_thinking" as const, data })),
  ),
);

describe("a carrier of thinking", () => {
  it("brings back whatever was put in", () => {
    fc.assert(
      fc.property(blocks, (thinking) => {
        assert.deepEqual(unpackThinking(packThinking(thinking)), thinking);
      }),
    );
  });

  it("is base64 that clients may write in its other alphabet", () => {
    const packed = packThinking([{ type: "thinking", text: "???>>>", signature: "ü~" }]);
    assert.match(packed, /^[A-Za-z0-9+/]+=*$/);
    const url = Buffer.from(packed, "base64").toString("base64url");
    assert.deepEqual(unpackThinking(url), unpackThinking(packed));
  });

  for (const [what, signature] of Object.entries({
    "a signature of Google's": "EsINCr8NAb4+9vvezzPlSWg3",
    "a word": "skip_thought_signature_validator",
    nothing: "",
    "a carrier that was cut": packThinking([
      { type: "thinking", text: "a".repeat(99), signature: "s" },
    ]).slice(0, 60),
    "a carrier with other things in it": Buffer.from("spwc1:[1]").toString("base64"),
  })) {
    it(`is not ${what}`, () => assert.equal(unpackThinking(signature), undefined));
  }
});
