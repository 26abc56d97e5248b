import assert from "node:assert/strict";
import { createSecretKey } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isObject } from "../../base/json.ts";
import { type Block, type Message, sealMessage, thinkingFor } from "../../canonical/index.ts";
import { factsOf, read } from "./answer.fixture.ts";
import { writeMessage } from "./write-answer.ts";

const KEY = createSecretKey(Buffer.alloc(32, 1));
const CLIENT = "openai-responses";

const text = fc.string({ unit: "grapheme" });
const thought: fc.Arbitrary<Block> = fc.oneof(
  fc
    .tuple(text, text)
    .map(([said, signature]) => ({ type: "thinking" as const, text: said, signature })),
  text.map((data) => ({ type: "redacted_thinking" as const, data })),
);

/** The turns of a request that sends an answer's items back. */
function sentBack(content: readonly Block[], provider: string) {
  const message: Message = { id: "m", model: "m", content, stopReason: "end_turn" };
  const sealed = sealMessage(message, { provider, key: KEY });
  const written: unknown = JSON.parse(writeMessage(sealed, factsOf()));
  assert.ok(isObject(written) && Array.isArray(written["output"]));
  return read({ input: [{ role: "user", content: "q" }, ...written["output"]] }).turns;
}

describe("thinking that a client of Responses sends back", () => {
  it("is what its maker thought, with its own proof", () => {
    const maker = fc.constantFrom("anthropic", "gemini");
    fc.assert(
      fc.property(fc.array(thought, { minLength: 1 }), maker, (content, provider) => {
        const turns = sentBack(content, provider);
        const [, turn] = thinkingFor(turns, { provider, client: CLIENT }, KEY);
        assert.deepEqual(turn?.content, content);
      }),
    );
  });

  it("is nothing to another maker", () => {
    fc.assert(
      fc.property(fc.array(thought, { minLength: 1 }), (content) => {
        const [, turn] = thinkingFor(
          sentBack(content, "gemini"),
          { provider: "mistral", client: CLIENT },
          KEY,
        );
        assert.deepEqual(turn?.content, [{ type: "text", text: "(no text)" }]);
      }),
    );
  });
});
