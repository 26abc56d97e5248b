import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { WholeRequest } from "../../cloud.ts";
import { provider } from "./index.ts";

const HEADERS = [
  "anthropic-version",
  "2023-06-01",
  "X-Goog-User-Project",
  "somebody-elses",
  "x-goog-api-client",
  "genai-js/2",
  "X-HTTP-Method-Override",
  "DELETE",
];

function shape(model: string, target: string, body: string | undefined) {
  const request: WholeRequest = {
    method: "POST",
    target,
    headers: [...HEADERS],
    body: body === undefined ? undefined : Buffer.from(body),
  };
  return provider.dialectFor(model).shape?.toCloud(request);
}

/** Where a request goes, and with which bytes; or the refusal's code. */
function sent(model: string, target: string, body: string | undefined) {
  const shaped = shape(model, target, body);
  assert.ok(shaped !== undefined);
  if (!shaped.ok) return [shaped.error.code];
  return [shaped.value.target, (shaped.value.body ?? "").toString()];
}

const CLAUDES = "/publishers/anthropic/models";
const GOOGLES = "/publishers/google/models";
const VERSION = '"anthropic_version":"vertex-2023-10-16"';

describe("Claude's requests on Vertex", () => {
  const table: readonly (readonly [what: string, body: string, method: string, sent: string])[] = [
    ["no member at all", "{}", "rawPredict", `{${VERSION}}`],
    ["a model alone", '{"model":"x"}', "rawPredict", `{${VERSION}}`],
    ["a model last", '{"a":1 ,"model":"x"}', "rawPredict", `{${VERSION},"a":1}`],
    ["a model twice", '{"model":"x","a":1,"model":"y"}', "rawPredict", `{${VERSION},"a":1}`],
    [
      "escaped names",
      '{"mod\\u0065l":"x","strea\\u006d":true}',
      "streamRawPredict",
      `{${VERSION},"strea\\u006d":true}`,
    ],
    [
      "odd spacing and numbers",
      '{ "stream" : false,\n\t"n": 1.0e2 }',
      "rawPredict",
      `{ ${VERSION},"stream" : false,\n\t"n": 1.0e2 }`,
    ],
    [
      "members of the same names within others",
      '{"metadata":{"model":"kept"},"model":"x"}',
      "rawPredict",
      `{${VERSION},"metadata":{"model":"kept"}}`,
    ],
    [
      "a version of its own",
      `{"anthropic_version":"bedrock-2023-05-31","a":1}`,
      "rawPredict",
      `{${VERSION},"a":1}`,
    ],
  ];
  for (const [what, body, method, expected] of table) {
    it(`are edited with ${what}`, () => {
      assert.deepEqual(sent("claude-opus-5-5", "/v1/messages?beta=true", body), [
        `${CLAUDES}/claude-opus-5-5:${method}`,
        expected,
      ]);
    });
  }

  it("name the model in the body of a count, as Vertex writes it", () => {
    assert.deepEqual(
      sent("claude-haiku-4-5-20251001", "/v1/messages/count_tokens", '{"model":"x","messages":[]}'),
      [
        `${CLAUDES}/count-tokens:rawPredict`,
        `{${VERSION},"model":"claude-haiku-4-5@20251001","messages":[]}`,
      ],
    );
  });

  it("keep every byte of what is not edited, whatever it is", () => {
    const json = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 1, 3), (members, indent) => {
        const { model: _, anthropic_version: __, ...rest } = members;
        const body = JSON.stringify({ ...rest, model: "vertex/x" }, null, indent);
        const [, got = ""] = sent("claude-opus-5-5", "/v1/messages", body);
        const plain = JSON.stringify(rest, null, indent);
        const inner = plain.slice(plain.indexOf("{") + 1, plain.lastIndexOf("}")).trim();
        assert.ok(got.includes(inner));
        assert.deepEqual(JSON.parse(got), {
          ...JSON.parse(plain),
          anthropic_version: "vertex-2023-10-16",
        });
      }),
    );
  });

  it("are refused where nothing honest can be made of them", () => {
    for (const body of [undefined, "", "[]", "null", '{"a":']) {
      assert.deepEqual(sent("claude-opus-5-5", "/v1/messages", body), ["invalid_body"], body);
    }
    for (const name of [
      "claude-a/b",
      "claude-a:predict",
      "claude-?x",
      `claude-${"x".repeat(200)}`,
    ]) {
      assert.deepEqual(sent(name, "/v1/messages", "{}"), ["not_translatable"], name);
    }
  });

  it("have no field by which somebody else would be billed", () => {
    const shaped = shape("claude-opus-5-5", "/v1/messages", "{}");
    assert.ok(shaped?.ok);
    assert.deepEqual(shaped.value.headers, [
      "anthropic-version",
      "2023-06-01",
      "x-goog-api-client",
      "genai-js/2",
    ]);
  });
});

describe("Gemini's requests on Vertex", () => {
  const targets: readonly (readonly [asked: string, sent: string])[] = [
    ["/v1beta/models/other:generateContent", "generateContent"],
    ["/v1beta/models/other:generateContent?key=AIza", "generateContent"],
    ["/v1beta/models/other:streamGenerateContent?alt=sse", "streamGenerateContent?alt=sse"],
    ["/v1beta/models/other:streamGenerateContent?x=1&alt=sse", "streamGenerateContent?alt=sse"],
    ["/v1beta/models/other:streamGenerateContent", "streamGenerateContent"],
    ["/v1/publishers/google/models/other:countTokens", "countTokens"],
    [`${GOOGLES}/gemini-3.8-flash:streamGenerateContent?alt=sse`, "streamGenerateContent?alt=sse"],
  ];
  for (const [asked, method] of targets) {
    it(`go from ${asked} to the one model, byte for byte`, () => {
      const body = '{ "contents":[ ],"n":1e2}';
      assert.deepEqual(sent("gemini-3.8-flash", asked, body), [
        `${GOOGLES}/gemini-3.8-flash:${method}`,
        body,
      ]);
    });
  }

  it("never lead out of the models", () => {
    for (const name of ["..", "a?b", "a:b?", "a b"]) {
      const target = "/v1beta/models/other:generateContent";
      assert.deepEqual(sent(name, target, "{}"), ["not_translatable"], name);
    }
  });
});

describe("Vertex's address", () => {
  it("is the location's own, or the operator's, up to the location", () => {
    assert.ok(provider.cloud?.kind === "gcp");
    const { baseUrl } = provider.cloud;
    const at = (location: string, url?: string) => baseUrl({ url, project: "p-1", location });
    const under = (host: string, location: string) =>
      `https://${host}/v1/projects/p-1/locations/${location}`;
    assert.equal(
      at("europe-west1"),
      under("europe-west1-aiplatform.googleapis.com", "europe-west1"),
    );
    assert.equal(at("eu"), under("aiplatform.eu.rep.googleapis.com", "eu"));
    assert.equal(at("us"), under("aiplatform.us.rep.googleapis.com", "us"));
    assert.equal(at("global"), under("aiplatform.googleapis.com", "global"));
    for (const own of ["https://own.example", "https://own.example/", "https://own.example/v1"]) {
      assert.equal(at("eu", own), under("own.example", "eu"));
    }
    assert.equal(at("eu", "https://own.example/a/"), under("own.example/a", "eu"));
  });
});
