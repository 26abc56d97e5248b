import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ERRORS, type ErrorCode, gatewayError } from "../../base/errors.ts";
import { firstValue } from "../../base/header-list.ts";
import { anthropicDialect } from "./errors.ts";

const CODES = Object.keys(ERRORS).filter((code): code is ErrorCode => code in ERRORS);

describe("gateway errors for Anthropic clients", () => {
  for (const code of CODES) {
    it(`says ${code} in the API's own envelope, with the gateway's name`, () => {
      const error = gatewayError(code, "Something is wrong");
      const { status, headers, body } = anthropicDialect.renderError(error, "spx_1");
      assert.equal(status, ERRORS[code].http);
      assert.deepEqual(Object.keys(JSON.parse(body)), ["type", "error", "request_id"]);
      assert.match(body, /^\{"type":"error","error":\{"type":"[a-z_]+","message":"Spillway: /);
      assert.ok(body.includes(code));
      assert.equal(firstValue(headers, "x-spillway-error-source"), "gateway");
      assert.equal(firstValue(headers, "x-spillway-request-id"), "spx_1");
    });
  }

  it("R9: tells the client not to repeat every 400, 401, 403 and 404", () => {
    for (const code of CODES.filter((name) => [400, 401, 403, 404].includes(ERRORS[name].http))) {
      const { headers } = anthropicDialect.renderError(gatewayError(code, ""), "spx_1");
      assert.equal(firstValue(headers, "x-should-retry"), "false", code);
    }
  });

  it("tells the official SDK that it has to send the whole conversation", () => {
    const error = gatewayError("thread_not_supported", "");
    const { body } = anthropicDialect.renderError(error, "spx_1");
    assert.equal(JSON.parse(body).error.details.error_code, "thread_unsupported_request");
    const other = anthropicDialect.renderError(gatewayError("invalid_body", ""), "spx_1");
    assert.equal(JSON.parse(other.body).error.details, undefined);
  });

  it("leaves it to the client to repeat what may pass", () => {
    const error = gatewayError("overloaded", "", { retryAfterMs: 1_500 });
    const { headers } = anthropicDialect.renderError(error, "spx_1");
    assert.equal(firstValue(headers, "x-should-retry"), undefined);
    assert.equal(firstValue(headers, "retry-after"), "2");
  });

  it("never says why in the system's words", () => {
    const cause = new Error("connect ECONNREFUSED 10.0.0.1:443 sk-ant-oat01-secret");
    const error = gatewayError("upstream_unreachable", "No upstream", { cause });
    const { headers, body } = anthropicDialect.renderError(error, "spx_1");
    assert.doesNotMatch(body + headers.join(), /ECONNREFUSED|10\.0\.0\.1|sk-ant/);
    assert.doesNotMatch(anthropicDialect.renderStreamError(error), /ECONNREFUSED|sk-ant/);
  });

  it("R5: is one whole event in a stream", () => {
    const text = anthropicDialect.renderStreamError(gatewayError("draining", "a\nb\r\nc\u2028d"));
    assert.match(text, /^event: error\ndata: \{[^\r\n]*\}\n\n$/);
    const parsed: unknown = JSON.parse(text.slice(text.indexOf("{")));
    assert.ok(typeof parsed === "object" && parsed !== null && "type" in parsed);
    assert.equal(parsed.type, "error");
  });
});
