import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readTarget, toOperation, withoutAlias } from "./target.ts";

function codeOf(url: string): string | undefined {
  const target = readTarget(url);
  return target.ok ? undefined : target.error.code;
}

function passed(url: string): { readonly target: string; readonly path: string } {
  const target = readTarget(url);
  assert.ok(target.ok, url);
  return withoutAlias(target.value);
}

describe("readTarget", () => {
  for (const url of [
    "/",
    "/v1/messages?beta=true",
    "/v1/messages?next=http://a//b/../c&x=%2e%2e/",
    "/v1/models/claude-opus-5-5%5B1m%5D",
    "/v1/models/a.b..c",
    "/v1/files/...",
    "/v1/files/a%2Fb",
    "/V1/Messages.",
    "/v1/messages;x",
  ]) {
    it(`accepts ${url} as it is`, () => {
      const target = readTarget(url);
      assert.ok(target.ok);
      assert.equal(target.value.target, url);
      assert.equal(target.value.path, url.split("?", 1)[0]);
    });
  }

  for (const url of [
    "//v1/messages",
    "/v1//messages",
    "/v1/../me/usage",
    "/v1/..",
    "/./v1",
    "/.",
    "/v1/%2e%2e/me",
    "/v1/%2E./me",
    "/v1/.%2e",
    "/v1/..;/me",
    "/v1/..%2fme/usage",
    "/v1%2f..%2fme",
    "/v1/%2e%2e%2Fme",
    "/v1\\me",
    "/v1%5cme",
    "/v1/%5C..",
    "/v1/a%00b",
  ]) {
    it(`H-09: refuses the ambiguous path ${url}`, () => {
      assert.equal(codeOf(url), "ambiguous_path");
    });
  }

  for (const url of [
    "http://evil.test/v1/messages",
    "evil.test:443",
    "*",
    "",
    `/${"x".repeat(8 * 1024)}`,
  ]) {
    it(`H-06/H-08: refuses the target ${JSON.stringify(url.slice(0, 40))}`, () => {
      assert.equal(codeOf(url), "bad_request_target");
    });
  }
});

describe("withoutAlias", () => {
  it("serves the same API under /anthropic, query and all", () => {
    assert.deepEqual(passed("/anthropic/v1/messages?beta=true"), {
      target: "/v1/messages?beta=true",
      path: "/v1/messages",
    });
    assert.deepEqual(passed("/anthropic"), { target: "/", path: "/" });
    assert.deepEqual(passed("/anthropic/"), { target: "/", path: "/" });
    assert.deepEqual(passed("/anthropic?x=1"), { target: "/?x=1", path: "/" });
  });

  it("leaves paths alone that only begin alike", () => {
    for (const url of ["/anthropicx/v1", "/v1/anthropic/x", "/Anthropic/v1"]) {
      assert.equal(passed(url).target, url);
    }
  });
});

describe("toOperation", () => {
  for (const [method, path, operation] of [
    ["POST", "/v1/messages", "messages"],
    ["GET", "/v1/messages", "other"],
    ["POST", "/v1/messages/count_tokens", "count_tokens"],
    ["POST", "/v1/messages/batches", "batches"],
    ["GET", "/v1/messages/batches/b_1/results", "batches"],
    ["GET", "/v1/models", "models"],
    ["GET", "/v1/models/claude-x", "models"],
    ["GET", "/v1/modelsx", "other"],
    ["POST", "/v1/files", "files"],
    ["DELETE", "/v1/files/file_1", "files"],
    ["HEAD", "/", "probe"],
    ["HEAD", "/api/hello", "probe"],
    ["POST", "/api/event_logging/batch", "other"],
    ["POST", "/V1/MESSAGES", "other"],
  ] as const) {
    it(`takes ${method} ${path} for ${operation}`, () => {
      assert.equal(toOperation(method, path), operation);
    });
  }
});
