import assert from "node:assert/strict";
import { createSecretKey } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { OWN_SEARCH_ID, packSnippet, sealThinking } from "../../canonical/index.ts";
import { cutSealed, SEALED_TRACE } from "./cut-sealed.ts";

const SEALED = sealThinking("groq", "a proof", createSecretKey(Buffer.alloc(32, 7)));
const FOREIGN = `{"type":"thinking","thinking":"Hm ]}, \\"{\\" ü","signature":"${SEALED}"}`;
const REDACTED = `{ "data" : "${SEALED}", "type": "redacted_thinking" }`;
const OWN = '{"type":"thinking","thinking":"Mine","signature":"EqQBCgIYAg=="}';
const TEXT = '{"type":"text","text":"Hällo"}';
const SEARCH = `{"type":"server_tool_use","id":"${OWN_SEARCH_ID}c1","name":"web_search","input":{"query":"x"}}`;
const FOUND = `{"type":"web_search_tool_result","tool_use_id":"${OWN_SEARCH_ID}c1","content":[{"type":"web_search_result","url":"https://a.org","title":"A","encrypted_content":"${packSnippet("words")}","page_age":null}]}`;
const THEIR_SEARCH = '{"type":"server_tool_use","id":"srvtoolu_01","name":"web_search","input":{}}';
const THEIRS_FOUND = '{"type":"web_search_tool_result","tool_use_id":"srvtoolu_01","content":[]}';
const NOTHING = '{"type":"text","text":"(no text)"}';

function cut(body: string): string {
  return cutSealed(Buffer.from(body)).toString();
}

function withContent(...blocks: readonly string[]): string {
  return `{"model":"m", "messages":[{"role":"assistant","content":[ ${blocks.join(" ,\n")} ]}],"n":1.0}`;
}

describe("cutSealed", () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ["in front", [FOREIGN, TEXT], [TEXT]],
    ["between two", [OWN, FOREIGN, TEXT], [OWN, TEXT]],
    ["at the end", [TEXT, FOREIGN, REDACTED], [TEXT]],
    ["on both sides", [FOREIGN, TEXT, REDACTED], [TEXT]],
    ["alone", [FOREIGN, REDACTED], [NOTHING]],
    ["of a search that was run here", [SEARCH, FOUND, TEXT], [TEXT]],
    [
      "of such a search beside another's",
      [THEIR_SEARCH, THEIRS_FOUND, SEARCH, FOUND, TEXT],
      [THEIR_SEARCH, THEIRS_FOUND, TEXT],
    ],
  ];
  for (const [where, blocks, left] of cases) {
    it(`takes out a sealed block ${where}, and no other byte`, () => {
      assert.equal(cut(withContent(...blocks)), withContent(...left));
    });
  }

  for (const [what, body] of [
    ["the mark in a text", withContent(`{"type":"text","text":"${SEALED}"}`)],
    ["the mark in a quoted body", withContent(JSON.stringify({ type: "text", text: FOREIGN }))],
    ["a tool's result", withContent(`{"type":"tool_result","content":[${FOREIGN}]}`)],
    ["other lists", `{"messages":[],"other":[{"content":[${FOREIGN}]}]}`],
    ["a body that ends too early", withContent(FOREIGN).slice(0, -2)],
    ["no JSON", `]} ${FOREIGN}`],
  ] as const) {
    it(`leaves ${what} alone`, () => assert.equal(cut(body), body));
  }

  it("leaves what JSON.parse and a filter would leave", () => {
    const block = fc.constantFrom(FOREIGN, REDACTED, OWN, TEXT);
    const turns = fc.array(fc.array(block, { minLength: 1, maxLength: 5 }), { maxLength: 5 });
    fc.assert(
      fc.property(turns, fc.constantFrom("", " ", "\n\t"), (contents, space) => {
        const toBody = (lists: readonly (readonly string[])[]): string =>
          `{"messages":[${lists.map((list) => `{"content":[${list.join(`,${space}`)}]}`).join()}]}`;
        const kept = contents.map((list) => {
          const own = list.filter((each) => each === OWN || each === TEXT);
          return own.length === 0 ? [NOTHING] : own;
        });
        assert.deepEqual(JSON.parse(cut(toBody(contents))), JSON.parse(toBody(kept)));
      }),
    );
  });
});

describe("SEALED_TRACE", () => {
  it("is in every seal", () => assert.ok(SEALED.includes(SEALED_TRACE)));
  it("is in what every page said", () => assert.ok(packSnippet("").includes(SEALED_TRACE)));
});
