import assert from "node:assert/strict";
import { createSecretKey } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Block } from "./blocks.ts";
import { ANTHROPIC, openThinking, sealThinking, thinkingFor } from "./provenance.ts";
import type { Turn } from "./request.ts";

const KEY = createSecretKey(Buffer.alloc(32, 1));
const OTHER_KEY = createSecretKey(Buffer.alloc(32, 2));

describe("sealed thinking", () => {
  it("opens with the key that sealed it, for any provider and payload", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string({ unit: "grapheme", maxLength: 2_000 }),
        (provider, payload) => {
          const signature = sealThinking(provider, payload, KEY);
          assert.deepEqual(openThinking(signature, KEY), { provider, payload });
          assert.equal(openThinking(signature, OTHER_KEY), undefined);
          assert.equal(sealThinking(provider, payload, KEY), signature);
        },
      ),
    );
  });

  it("does not open when any character of it was changed", () => {
    const signature = sealThinking("openai", "gAAAA-reasoning", KEY);
    fc.assert(
      fc.property(
        fc.nat(signature.length - 1),
        fc.constantFrom("A", "b", "_", "."),
        (at, other) => {
          fc.pre(signature[at] !== other);
          const forged = signature.slice(0, at) + other + signature.slice(at + 1);
          assert.equal(openThinking(forged, KEY), undefined);
        },
      ),
    );
  });

  it("does not open what it never sealed", () => {
    for (const foreign of ["", "spw1.", "spw1..", "spw1.a.b", "spw1.a..", "EqQBCkYIBBgCKkBsig=="]) {
      assert.equal(openThinking(foreign, KEY), undefined, foreign);
    }
  });

  it("is shorter than a large payload that repeats itself", () => {
    const payload = "the same thought ".repeat(1_000);
    assert.ok(sealThinking("deepseek", payload, KEY).length < payload.length / 10);
  });
});

const text: Block = { type: "text", text: "answer" };
const anthropics: Block = { type: "thinking", text: "a", signature: "EqQBCkYIBBgCKkBsig==" };
const unsigned: Block = { type: "thinking", text: "b" };
const redacted: Block = { type: "redacted_thinking", data: "EmwKAhgB" };
const openais: Block = { type: "thinking", text: "c", signature: sealThinking("openai", "o", KEY) };
const hidden: Block = { type: "redacted_thinking", data: sealThinking("openai", "h", KEY) };
const geminis: Block = { type: "thinking", text: "d", signature: sealThinking("gemini", "g", KEY) };
const forged: Block = {
  type: "thinking",
  text: "e",
  signature: sealThinking("openai", "o", OTHER_KEY),
};

function kept(content: readonly Block[], provider: string): readonly Block[] {
  return (
    thinkingFor([{ role: "assistant", content }], { provider, client: ANTHROPIC }, KEY)[0]
      ?.content ?? []
  );
}

describe("thinkingFor", () => {
  const all = [anthropics, unsigned, redacted, openais, hidden, geminis, forged, text];

  it("leaves out every sealed block toward Anthropic, and touches nothing else", () => {
    const content = kept(all, ANTHROPIC);
    assert.deepEqual(content, [anthropics, unsigned, redacted, text]);
    assert.equal(content[0], anthropics);
  });

  it("gives a provider its own thinking with its own proof, and nobody else's", () => {
    assert.deepEqual(kept(all, "openai"), [
      { ...openais, signature: "o" },
      { ...hidden, data: "h" },
      text,
    ]);
    assert.deepEqual(kept(all, "gemini"), [{ ...geminis, signature: "g" }, text]);
    assert.deepEqual(kept(all, "mistral"), [text]);
  });

  it("never empties a turn that had something in it", () => {
    assert.deepEqual(kept([openais], ANTHROPIC), [{ type: "text", text: "(no text)" }]);
    assert.deepEqual(kept([], ANTHROPIC), []);
  });

  it("leaves out the same ones on every later turn", () => {
    const block = fc.constantFrom(...all);
    const turn: fc.Arbitrary<Turn> = fc.record({
      role: fc.constantFrom("user" as const, "assistant" as const),
      content: fc.array(block, { maxLength: 4 }),
    });
    const provider = fc.constantFrom(ANTHROPIC, "openai", "gemini");
    fc.assert(
      fc.property(fc.array(turn), fc.array(turn), provider, (earlier, later, target) => {
        const prepared = thinkingFor(
          [...earlier, ...later],
          { provider: target, client: ANTHROPIC },
          KEY,
        );
        assert.deepEqual(
          prepared.slice(0, earlier.length),
          thinkingFor(earlier, { provider: target, client: ANTHROPIC }, KEY),
        );
      }),
    );
  });
});
