import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { countDeltaText, countParsedDeltaText } from "./delta-text.ts";

const KINDS = [
  ["text_delta", "text"],
  ["input_json_delta", "partial_json"],
  ["thinking_delta", "thinking"],
  ["compaction_delta", "content"],
] as const;

function deltaJson(type: string, key: string, text: string): string {
  return JSON.stringify({ type: "content_block_delta", index: 0, delta: { type, [key]: text } });
}

function asEvent(json: string): string {
  return Buffer.from(`event: content_block_delta\ndata: ${json}\n\n`).toString("latin1");
}

describe("countDeltaText", () => {
  it("counts the UTF-8 bytes of the text, whatever is escaped", () => {
    const texts = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.string({
        unit: fc.constantFrom('"', "\\", "\n", "é", "€", "😀", "a", "{", "}", "\u0000"),
      }),
    );
    fc.assert(
      fc.property(texts, fc.constantFrom(...KINDS), fc.boolean(), (text, [type, key], isAscii) => {
        const json = deltaJson(type, key, text);
        const written = isAscii ? json.replace(/[\u0080-\uffff]/g, toEscape) : json;
        assert.equal(countDeltaText(asEvent(written)), Buffer.byteLength(text));
        assert.equal(countParsedDeltaText(JSON.parse(json)), Buffer.byteLength(text));
      }),
      { numRuns: 500 },
    );
  });

  it("counts nothing for signatures and citations", () => {
    assert.equal(countDeltaText(asEvent(deltaJson("signature_delta", "signature", "abc"))), 0);
    assert.equal(countDeltaText(asEvent(deltaJson("citations_delta", "text", "abc"))), 0);
    assert.equal(countParsedDeltaText({ delta: { type: "signature_delta", signature: "abc" } }), 0);
    assert.equal(countParsedDeltaText({ delta: { type: "compaction_delta", content: null } }), 0);
    assert.equal(countParsedDeltaText({}), 0);
  });

  it("leaves JSON of another layout to a parser", () => {
    const layouts = [
      '{"delta": {"type": "text_delta", "text": "abc"}}',
      '{"delta":{"text":"abc","type":"text_delta"}}',
      '{"delta":{"type":"text_delta","extra":1,"text":"abc"}}',
      '{"delta":{"type":"text_delta","text":"abc',
      '{"delta":{"type":"text_delta","text":"abc\\',
    ];
    for (const json of layouts) assert.equal(countDeltaText(asEvent(json)), undefined, json);
  });

  it("is not misled by a text that looks like a delta", () => {
    const text = '"delta":{"type":"text_delta","text":"xxxxxxxxxxxxxxx"}';
    assert.equal(countDeltaText(asEvent(deltaJson("text_delta", "text", text))), text.length);
  });
});

function toEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
