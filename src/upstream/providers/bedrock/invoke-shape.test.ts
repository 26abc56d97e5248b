import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { HeaderList } from "../../../base/header-list.ts";
import { invokeShape } from "./invoke-shape.ts";

const MODEL = "us.anthropic.claude-opus-4-8-v1:0";
const PATH = "/model/us.anthropic.claude-opus-4-8-v1%3A0";
const VERSION = '"anthropic_version":"bedrock-2023-05-31"';

function toCloud(body: string, headers: HeaderList = [], target = "/v1/messages?beta=true") {
  const request = { method: "POST", target, headers: [...headers], body: Buffer.from(body) };
  return invokeShape(MODEL).toCloud(request);
}

function bytesOf(body: string, headers: HeaderList = []): string {
  const edited = toCloud(body, headers);
  assert.ok(edited.ok, edited.ok ? "" : edited.error.message);
  return String(edited.value.body);
}

describe("Messages as InvokeModel takes them: exact bytes", () => {
  const cases: readonly (readonly [what: string, body: string, expected: string])[] = [
    ["an empty object", "{}", `{${VERSION}}`],
    ["the model goes", '{"model":"m","a":1}', `{${VERSION},"a":1}`],
    ["the last member goes with its comma", '{"a":1,"model":"m"}', `{${VERSION},"a":1}`],
    ["one in the middle", '{"a":1,"stream":false,"b":2}', `{${VERSION},"a":1,"b":2}`],
    [
      "a version of the client's own is replaced",
      '{"anthropic_version":"x","a":1}',
      `{${VERSION},"a":1}`,
    ],
    [
      "duplicates all go, and duplicates of others stay",
      '{"model":"m","a":1,"a":2,"model":"n"}',
      `{${VERSION},"a":1,"a":2}`,
    ],
    [
      "members of the same name further in stay",
      '{"a":{"model":"m","stream":true}}',
      `{${VERSION},"a":{"model":"m","stream":true}}`,
    ],
    [
      "whitespace, escapes and numbers stay as they came",
      '{ "a" : 1e2 ,\n "é\\u00e9" : -0.0 }',
      `{ ${VERSION},"a" : 1e2 ,\n "é\\u00e9" : -0.0 }`,
    ],
    ["a name in escapes is that name", '{"m\\u006fdel":"m","a":1}', `{${VERSION},"a":1}`],
    [
      "betas of the body stand in front",
      '{"a":1,"anthropic_beta":["b-1"]}',
      `{${VERSION},"anthropic_beta":["b-1"],"a":1}`,
    ],
  ];
  for (const [what, body, expected] of cases) {
    it(what, () => assert.equal(bytesOf(body), expected));
  }

  it("betas of the header and of the body are one list, each once", () => {
    const headers = ["anthropic-beta", "b-1, b-2", "Anthropic-Beta", "b-3"];
    assert.equal(
      bytesOf('{"anthropic_beta":["b-2","b-4",7,""]}', headers),
      `{${VERSION},"anthropic_beta":["b-1","b-2","b-3","b-4"]}`,
    );
  });

  it("the path says the model and whether it streams, the fields what is accepted", () => {
    const headers = [
      "Anthropic-Version",
      "2023-06-01",
      "X-Amz-Date",
      "forged",
      "accept",
      "*/*",
      "x-own",
      "1",
    ];
    for (const [stream, operation, accept] of [
      ["true", "invoke-with-response-stream", "application/vnd.amazon.eventstream"],
      ["false", "invoke", "application/json"],
      ["null", "invoke", "application/json"],
    ] as const) {
      const edited = toCloud(`{"stream":${stream}}`, headers);
      assert.ok(edited.ok);
      assert.equal(edited.value.target, `${PATH}/${operation}`);
      assert.deepEqual(edited.value.headers, ["x-own", "1", "accept", accept]);
    }
  });

  it("what is no object is refused, and what is no Messages request is left alone", () => {
    for (const body of ["", "[]", "null", "{", '"model"']) {
      assert.equal(toCloud(body).ok, false, body);
    }
    const other = toCloud('{"model":"m"}', [], "/model/x/count-tokens");
    assert.equal(other.ok && String(other.value.body), '{"model":"m"}');
  });

  it("for any object nothing is lost but what is named, and nothing is moved", () => {
    const NAMED = new Set(["model", "stream", "anthropic_version", "anthropic_beta"]);
    const name = fc.oneof(fc.constantFrom(...NAMED, "messages", "tools"), fc.string());
    const members = fc.array(fc.tuple(name, fc.jsonValue()), { maxLength: 6 });
    const space = fc.constantFrom("", " ", "\n\t");
    fc.assert(
      fc.property(members, space, (all, gap) => {
        const usable = all.filter(([key]) => key !== "anthropic_beta" && key !== "__proto__");
        const text = (kept: readonly (readonly [string, unknown])[]) =>
          kept.map(([key, value]) => `${JSON.stringify(key)}:${gap}${JSON.stringify(value)}`);
        const kept = usable.filter(([key]) => !NAMED.has(key));
        const edited = bytesOf(`{${text(usable).join(",")}}`);
        assert.equal(edited, `{${[VERSION, ...text(kept)].join(",")}}`);
      }),
    );
  });
});
