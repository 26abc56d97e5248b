import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import type { Block, CanonicalRequest } from "../../canonical/index.ts";
import { estimateTokens } from "./estimate-tokens.ts";

function asking(content: readonly Block[], more: Partial<CanonicalRequest> = {}): CanonicalRequest {
  return {
    model: "m",
    system: [],
    turns: [{ role: "user", content }],
    tools: [],
    stream: false,
    stopSequences: [],
    extra: {},
    ...more,
  };
}

describe("estimateTokens", () => {
  it("is never zero, and rather too high than too low for text", () => {
    assert.ok(estimateTokens(asking([], { turns: [] })) >= 1);
    const words = "The quick brown fox jumps over the lazy dog. ".repeat(100);
    const tokens = estimateTokens(asking([{ type: "text", text: words }]));
    // o200k has 1001.
    assert.ok(tokens > 1_001 && tokens < 2_000, String(tokens));
  });

  const hash = (i: number, encoding: "hex" | "base64") =>
    createHash("sha256").update(String(i)).digest(encoding);
  const numbers = Array.from({ length: 400 }, (_, i) => (i * 7919) % 1000);
  for (const [what, text, o200k] of [
    ["hexadecimal", Array.from({ length: 40 }, (_, i) => hash(i, "hex")).join("\n"), 1_507],
    ["base64", Array.from({ length: 40 }, (_, i) => hash(i, "base64")).join("\n"), 1_217],
    ["a list of numbers", JSON.stringify(numbers), 801],
  ] as const) {
    it(`is near for ${what}, of which a token holds less`, () => {
      const tokens = estimateTokens(asking([{ type: "text", text }]));
      assert.ok(tokens > o200k * 0.8 && tokens < o200k * 1.5, `${tokens} for ${o200k}`);
    });
  }

  it("counts tools, images, documents, calls and their results", () => {
    const data = "A".repeat(80_000);
    const source = { kind: "base64", mediaType: "application/pdf", data } as const;
    const blocks: readonly Block[] = [
      { type: "image", source },
      { type: "document", source },
      { type: "document", source: { kind: "url", url: "https://a.example/b.pdf" } },
      { type: "tool_use", id: "1", name: "look", input: '{"at":"it"}' },
      { type: "tool_result", toolUseId: "1", content: [{ type: "image", source }], isError: false },
      { type: "thinking", text: "Hm." },
      { type: "redacted_thinking", data: "xyz" },
      { type: "opaque", kind: "new", raw: { type: "new" } },
    ];
    let before = estimateTokens(asking([]));
    for (const [i] of blocks.entries()) {
      const now = estimateTokens(asking(blocks.slice(0, i + 1)));
      assert.ok(now > before, blocks[i]?.type);
      before = now;
    }
    assert.ok(before > 1_600 * 2 + 10_000 + 3_000);
    const tool = { type: "function", name: "look", schema: {}, isDeferred: false } as const;
    const server = { type: "server", kind: "web", name: "web", raw: { type: "web" } } as const;
    assert.ok(estimateTokens(asking([], { tools: [tool, server] })) > 350);
  });
});
