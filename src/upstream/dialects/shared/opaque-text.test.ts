import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { packSnippet } from "../../../canonical/index.ts";
import { opaqueText } from "./opaque-text.ts";

const KIND = "web_search_tool_result";

function found(encryptedContent: string): string | undefined {
  const page = {
    type: "web_search_result",
    url: "https://a.org/",
    title: "A",
    encrypted_content: encryptedContent,
  };
  return opaqueText({ type: "opaque", kind: KIND, raw: { type: KIND, content: [page] } });
}

describe("the text of a search in a conversation", () => {
  it("is its query", () => {
    const raw = { type: "server_tool_use", name: "web_search", input: { query: "new things" } };
    const text = opaqueText({ type: "opaque", kind: "server_tool_use", raw });
    assert.equal(text, '[web_search: {"query":"new things"}]');
  });

  it("has what the pages said where the search was run here, and never what others sealed", () => {
    assert.equal(found(packSnippet("Wörter, 语")), "A https://a.org/\nWörter, 语");
    assert.equal(found("EqgfCioIARgBIiQ3YTAwMjY1Mi1mZjM5LTQ1NGUtODgx"), "A https://a.org/");
    assert.equal(found(""), "A https://a.org/");
  });
});
