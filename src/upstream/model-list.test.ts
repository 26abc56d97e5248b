import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { readModelList } from "./model-list.ts";

const unknown = { displayName: undefined, createdAt: undefined };

describe("readModelList", () => {
  it("S1-058 reads OpenAI's shape, its time in seconds", () => {
    const list = {
      object: "list",
      data: [{ id: "gpt-5", object: "model", created: 1_764_000_000 }],
    };
    assert.deepEqual(readModelList(list), [
      { id: "gpt-5", displayName: undefined, createdAt: 1_764_000_000_000 },
    ]);
  });

  it("reads Anthropic's, Gemini's, Cohere's and bare lists", () => {
    const created_at = "2026-01-02T00:00:00Z";
    assert.deepEqual(readModelList({ data: [{ id: "a", display_name: "A", created_at }] }), [
      { id: "a", displayName: "A", createdAt: Date.parse(created_at) },
    ]);
    const gemini = {
      models: [
        {
          name: "models/gemini-3-pro",
          displayName: "Gemini 3 Pro",
          supportedGenerationMethods: ["generateContent", "countTokens"],
        },
        { name: "models/embedding-001", supportedGenerationMethods: ["embedContent"] },
      ],
    };
    assert.deepEqual(readModelList(gemini), [
      { id: "gemini-3-pro", displayName: "Gemini 3 Pro", createdAt: undefined },
    ]);
    assert.deepEqual(readModelList({ models: [{ name: "command-a" }] }), [
      { id: "command-a", ...unknown },
    ]);
    assert.deepEqual(readModelList([{ id: "x/y" }]), [{ id: "x/y", ...unknown }]);
  });

  it("S1-059 leaves out what cannot be asked for, and knows what is no list", () => {
    const data = [
      null,
      7,
      {},
      { id: "" },
      { id: "a b" },
      { id: "a\u0000" },
      { id: "ok", created: -1 },
    ];
    assert.deepEqual(readModelList({ data }), [{ id: "ok", ...unknown }]);
    for (const value of [null, "text", 7, {}, { data: {} }]) {
      assert.equal(readModelList(value), undefined);
    }
  });

  it("takes anything that is JSON", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (data) => {
        for (const { id, createdAt } of readModelList({ data }) ?? []) {
          assert.ok(id.length > 0);
          assert.ok(createdAt === undefined || new Date(createdAt).toISOString().length === 24);
        }
      }),
    );
  });
});
