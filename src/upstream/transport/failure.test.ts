import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { toGatewayError } from "./failure.ts";

const withCode = (code: string) => Object.assign(new Error(`${code} 10.0.0.1:443`), { code });

describe("toGatewayError", () => {
  for (const [code, expected] of [
    ["ECONNREFUSED", "upstream_unreachable"],
    ["ENOTFOUND", "upstream_unreachable"],
    ["EMFILE", "upstream_unreachable"],
    ["UND_ERR_CONNECT_TIMEOUT", "upstream_connect_timeout"],
    ["UND_ERR_HEADERS_TIMEOUT", "upstream_headers_timeout"],
    ["UND_ERR_BODY_TIMEOUT", "upstream_idle_timeout"],
    ["UND_ERR_SOCKET", "upstream_reset"],
    ["ECONNRESET", "upstream_reset"],
    ["EPIPE", "upstream_reset"],
    ["HPE_INVALID_CONSTANT", "upstream_malformed"],
    ["UND_ERR_HEADERS_OVERFLOW", "upstream_malformed"],
    ["CERT_HAS_EXPIRED", "upstream_tls"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "upstream_tls"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "upstream_tls"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "upstream_tls"],
    ["EPROTO", "upstream_tls"],
    ["SOMETHING_NEW", "upstream_reset"],
  ] as const) {
    it(`takes ${code} for ${expected}, and keeps the system's words for the log`, () => {
      const cause = withCode(code);
      const error = toGatewayError(cause);
      assert.equal(error.code, expected);
      assert.equal(error.cause, cause);
      assert.ok(!error.message.includes("10.0.0.1") && !error.message.includes(code));
    });
  }

  it("looks at the first of several failed addresses", () => {
    const cause = new AggregateError([withCode("ECONNREFUSED"), withCode("ENETUNREACH")]);
    assert.equal(toGatewayError(cause).code, "upstream_unreachable");
  });

  it("bears anything that can be thrown", () => {
    for (const cause of [undefined, null, "text", 5, new Error("plain"), { code: 7 }]) {
      assert.equal(toGatewayError(cause).code, "upstream_reset");
    }
  });
});
