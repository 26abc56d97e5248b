import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseEvent } from "./parse-event.ts";

const latin1 = (text: string) => Buffer.from(text, "utf8").toString("latin1");

describe("parseEvent", () => {
  const CASES: readonly (readonly [string, ReturnType<typeof parseEvent>])[] = [
    ["event: a\ndata: b\n\n", { event: "a", data: "b" }],
    ["data:b\n", { event: undefined, data: "b" }],
    ["data: one\ndata:  two\ndata\n", { event: undefined, data: "one\n two\n" }],
    ["id: 7\nretry: 1\nevent:\ndata: é €\n", { event: undefined, data: "é €" }],
    [": OPENROUTER PROCESSING\n\n", undefined],
    ["event: ping\n\n", undefined],
    ["", undefined],
  ];
  for (const [text, event] of CASES) {
    it(`reads ${JSON.stringify(text)}`, () => assert.deepEqual(parseEvent(latin1(text)), event));
  }
});
