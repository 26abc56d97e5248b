import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { mintSecret } from "../identity/keys/index.ts";
import {
  declaredLength,
  toClientHeaders,
  toUpstreamHeaders,
  type UpstreamHeaderOptions,
} from "./headers.ts";

const PLAIN = {
  identityEncoding: false,
  contentLength: true,
  contentEncoding: true,
  instead: undefined,
};

const up = (headers: readonly string[], options: UpstreamHeaderOptions = PLAIN) =>
  toUpstreamHeaders(headers, options);

describe("toUpstreamHeaders", () => {
  it("R8: keeps case, order, repetition and latin1 bytes", () => {
    const headers = [
      "Anthropic-Beta",
      "a-2025-01-01,b",
      "X-Odd-CASE",
      "1",
      "anthropic-beta",
      "c",
      "x-odd-case",
      "gr\u00fc\u00df\u00e9",
      "X-Empty",
      "",
      "Accept-Encoding",
      "gzip, br",
      "Cookie",
      "a=1",
      "__proto__",
      "x",
    ];
    assert.deepEqual(up(headers), headers);
  });

  it("S1-071: leaves one beta out, and every other as it is", () => {
    const options = { ...PLAIN, withoutBetas: ["context-1m-2025-08-07"] };
    const cases: readonly [string, readonly string[]][] = [
      ["a,context-1m-2025-08-07,b", ["anthropic-beta", "a,b"]],
      ["context-1m-2025-08-07, a", ["anthropic-beta", "a"]],
      ["context-1m-2025-08-07", []],
      ["a , b", ["anthropic-beta", "a , b"]],
    ];
    for (const [value, expected] of cases) {
      assert.deepEqual(up(["anthropic-beta", value], options), expected);
    }
    const native = ["anthropic-beta", "a,context-1m-2025-08-07"];
    assert.deepEqual(up(native), native);
  });

  for (const field of [
    "Connection",
    "Keep-Alive",
    "Proxy-Connection",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "HTTP2-Settings",
    "Host",
    "Expect",
  ]) {
    it(`R8: ends ${field} here`, () => {
      assert.deepEqual(up(["A", "1", field, "x", field.toLowerCase(), "y", "B", "2"]), [
        "A",
        "1",
        "B",
        "2",
      ]);
    });
  }

  for (const field of [
    "x-spillway-key",
    "X-Spillway-Anything",
    "x-br-api-key",
    "x-br-overflow",
    "x-bf-vk",
    "x-goog-api-key",
    "x-litellm-api-key",
    "x-portkey-api-key",
  ]) {
    it(`N-05: never forwards ${field}`, () => {
      assert.deepEqual(up([field, "secret"]), []);
    });
  }

  it("H-04: a client cannot have a field stripped by naming it in Connection", () => {
    const headers = ["Connection", "upgrade, x-api-key, Authorization", "x-api-key", "k"];
    assert.deepEqual(up([...headers, "Authorization", "Bearer t"]), [
      "x-api-key",
      "k",
      "Authorization",
      "Bearer t",
    ]);
  });

  it("H-05: does not forward underscore spellings of credential fields", () => {
    for (const field of ["x_api_key", "X_Api_Key", "x-api_key", "x_api-key", "x_spillway_key"]) {
      assert.deepEqual(up([field, "k"]), [], field);
    }
    assert.deepEqual(up(["x_other_field", "k"]), ["x_other_field", "k"]);
  });

  it("R7: a stream asks for identity in the place of what was asked, once", () => {
    const options = { ...PLAIN, identityEncoding: true };
    assert.deepEqual(up(["A", "1", "Accept-Encoding", "gzip", "B", "2"], options), [
      "A",
      "1",
      "Accept-Encoding",
      "identity",
      "B",
      "2",
    ]);
    assert.deepEqual(up(["accept-encoding", "gzip", "Accept-Encoding", "br"], options), [
      "accept-encoding",
      "identity",
    ]);
    assert.deepEqual(up(["A", "1"], options), ["A", "1", "accept-encoding", "identity"]);
  });

  it("leaves the declared length to the body's own framing where that knows it", () => {
    assert.deepEqual(up(["Content-Length", "5"]), ["Content-Length", "5"]);
    assert.deepEqual(up(["Content-Length", "5"], { ...PLAIN, contentLength: false }), []);
  });

  it("is a subsequence of what came, for any fields", () => {
    const field = fc.tuple(
      fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}$/),
      fc.stringMatching(/^[\x20-\x7e\xa0-\xff]{0,20}$/),
    );
    fc.assert(
      fc.property(fc.array(field), (fields) => {
        const sent = up(fields.flat());
        let at = 0;
        for (let i = 0; i < sent.length; i += 2) {
          while (fields[at]?.[0] !== sent[i] || fields[at]?.[1] !== sent[i + 1]) {
            assert.ok(at < fields.length);
            at += 1;
          }
          at += 1;
        }
      }),
    );
  });
});

describe("toUpstreamHeaders with keys", () => {
  const key = mintSecret().reveal();
  const session = ["Authorization", "Bearer sk-ant-oat01-x"];

  it("S0-02, S0-04, S4-61: a Spillway key ends here, whatever field it came in", () => {
    for (const field of [
      "Authorization",
      "x-api-key",
      "X-Spillway-Key",
      "x-br-api-key",
      "x-bf-vk",
    ]) {
      const value = field === "Authorization" ? `Bearer ${key}` : key;
      assert.deepEqual(up([field, value, "X-Other", "1"]), ["X-Other", "1"], field);
    }
    assert.deepEqual(up([...session, "x-api-key", key]), session);
    assert.deepEqual(up(["Cookie", `spw=${key}`, "X-Other", "1"]), ["X-Other", "1"]);
  });

  it("N-05: a stored key takes the place of everything by which the caller is known", () => {
    const instead = ["x-api-key", "sk-ant-api03-stored"];
    const callers = [...session, "X-Api-Key", "sk-ant-api03-own", "Cookie", "a=1"];
    assert.deepEqual(
      up([...callers, "anthropic-beta", "oauth-2025-04-20"], { ...PLAIN, instead }),
      ["anthropic-beta", "oauth-2025-04-20", "x-api-key", "sk-ant-api03-stored"],
    );
  });
});

describe("toClientHeaders", () => {
  it("R8: keeps everything but hop-by-hop fields", () => {
    const kept = [
      "Content-Type",
      "application/json",
      "Set-Cookie",
      "a=1",
      "set-cookie",
      "b=2",
      "Anthropic-Ratelimit-Unified-Status",
      "allowed",
      "content-encoding",
      "br",
      "Content-Length",
      "12",
      "Retry-After",
      "7",
      "Alt-Svc",
      "h3",
    ];
    const dropped = ["Connection", "close", "Transfer-Encoding", "chunked", "Keep-Alive", "1"];
    assert.deepEqual(toClientHeaders([...kept, ...dropped]), kept);
  });

  it("an upstream cannot speak in the gateway's name", () => {
    assert.deepEqual(toClientHeaders(["X-Spillway-Error-Source", "gateway"]), []);
    assert.deepEqual(toClientHeaders(["X-Br-Upstream-Mode", "byok"]), []);
  });
});

describe("toClientHeaders of a stored key's answer", () => {
  it("R8: keeps the organisation's limits from the developer", () => {
    const headers = ["Anthropic-Ratelimit-Requests-Limit", "50", "Retry-After", "3"];
    assert.deepEqual(toClientHeaders(headers, { hideLimits: true }), ["Retry-After", "3"]);
    assert.deepEqual(toClientHeaders(headers), headers);
  });
});

describe("declaredLength", () => {
  it("reads the length where there is one", () => {
    assert.equal(declaredLength(["Content-LENGTH", "0"]), 0);
    assert.equal(declaredLength(["content-length", "123456789012"]), 123_456_789_012);
    assert.equal(declaredLength(["Transfer-Encoding", "chunked"]), undefined);
  });
});
