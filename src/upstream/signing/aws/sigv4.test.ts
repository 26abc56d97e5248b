import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Secret } from "../../../base/secret.ts";
import { authorization, signV4 } from "./sigv4.ts";

const CREDENTIALS = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: new Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
  sessionToken: undefined,
};
const TIME = "20150830T123600Z";
const HOST = ["Host", "example.amazonaws.com", "X-Amz-Date", TIME];
const TOKEN = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";

interface Vector {
  readonly name: string;
  readonly method?: string;
  readonly target?: string;
  readonly more?: readonly string[];
  readonly body?: string;
  readonly signature: string;
}

/** @source https://github.com/awslabs/aws-c-auth tests/aws-signing-test-suite/v4, Apache-2.0 (read 2026-11-26) */
const VECTORS: readonly Vector[] = [
  {
    name: "get-vanilla",
    signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
  },
  {
    name: "get-vanilla-query-order-encoded",
    target: "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
    signature: "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac",
  },
  {
    name: "get-vanilla-utf8-query",
    target: "/?ሴ=bar",
    signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
  },
  {
    name: "get-header-value-trim",
    more: ["My-Header1", " value1", "My-Header2", ' "a   b   c"'],
    signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
  },
  {
    name: "get-header-key-duplicate",
    more: ["My-Header1", "value2", "My-Header1", "value2", "My-Header1", "value1"],
    signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
  },
  {
    name: "get-space-normalized",
    target: "/example space/",
    signature: "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741",
  },
  {
    name: "get-utf8",
    target: "/ሴ",
    signature: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
  },
  {
    name: "post-vanilla",
    method: "POST",
    signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
  },
  {
    name: "post-x-www-form-urlencoded",
    method: "POST",
    more: [
      "Content-Type",
      "application/x-www-form-urlencoded",
      "Content-Length",
      "13",
      "x-amz-content-sha256",
      "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e",
    ],
    body: "Param1=value1",
    signature: "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b",
  },
  {
    name: "get-vanilla-with-session-token",
    more: ["X-Amz-Security-Token", TOKEN],
    signature: "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8",
  },
];

describe("authorization", () => {
  for (const { name, method = "GET", target = "/", more = [], body, signature } of VECTORS) {
    it(`signs ${name} as AWS does`, () => {
      const value = authorization(
        {
          method,
          target,
          headers: [...HOST, ...more],
          body: body === undefined ? undefined : Buffer.from(body),
        },
        CREDENTIALS,
        { region: "us-east-1", service: "service" },
        TIME,
      );
      assert.equal(/Signature=(\w+)$/.exec(value)?.[1], signature);
      assert.match(
        value,
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20150830\/us-east-1\/service\//,
      );
    });
  }
});

describe("signV4", () => {
  const scope = { region: "us-east-1", service: "service", host: "example.amazonaws.com" };
  const at = Date.parse("2015-08-30T12:36:00Z");
  const request = { method: "GET", target: "/", body: undefined };

  it("adds the time and the signature over it and the host", () => {
    assert.deepEqual(signV4(request, CREDENTIALS, scope, at), [
      "x-amz-date",
      TIME,
      "authorization",
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ]);
  });

  it("sends a session's token along, and signs it", () => {
    const fields = signV4(request, { ...CREDENTIALS, sessionToken: new Secret(TOKEN) }, scope, at);
    assert.deepEqual(fields.slice(2, 4), ["x-amz-security-token", TOKEN]);
    assert.match(
      fields.at(-1) ?? "",
      /07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8$/,
    );
  });
});
