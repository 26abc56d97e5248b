import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openScene } from "./self-service.fixture.ts";

const LARGE = String(100 * 2 ** 20);

describe("bodies of the own endpoints", () => {
  it("A-05: the credential is looked at before a body is read", async () => {
    await using scene = await openScene();
    const member = await scene.mint("olga").then(async () => await scene.mint("max"));
    for (const [key, code] of [
      [undefined, "key_required"],
      ["spw-unknown", "key_unknown"],
      [member.secret, "owner_required"],
    ] as const) {
      const headers = { "content-length": LARGE };
      const answer = await scene.ask("data", "PUT", "/me/byok/anthropic", { key, headers });
      assert.equal(answer.code, code);
    }
  });

  it("refuses a body above 64 KB by its announcement, and by its bytes", async () => {
    await using scene = await openScene();
    const { secret: key } = await scene.mint("olga");
    const announced = await scene.ask("data", "POST", "/me/keys", {
      key,
      headers: { "content-length": LARGE },
    });
    assert.equal(announced.status, 413);
    assert.equal(announced.code, "body_too_large");
    const chunked = await scene.ask("data", "POST", "/me/keys", {
      key,
      headers: { "transfer-encoding": "chunked" },
      body: `{"name":"${"n".repeat(64 * 1024)}"}`,
    });
    assert.equal(chunked.code, "body_too_large");
    assert.equal(scene.keys.list().length, 1);
  });

  it("takes a body of 64 KB", async () => {
    await using scene = await openScene();
    const body = '{"name":"n"}'.padEnd(64 * 1024, " ");
    const answer = await scene.ask("control", "POST", "/me/keys", { body });
    assert.equal(answer.status, 201, answer.text);
  });

  it("says that a body is no JSON without repeating it", async () => {
    await using scene = await openScene();
    for (const body of [
      '{"key": "sk-ant-api03-canary"',
      "key=sk-ant-api03-canary",
      "[",
      "\u0000",
    ]) {
      const answer = await scene.ask("control", "PUT", "/me/byok/anthropic", { body });
      assert.equal(answer.code, "invalid_body");
      assert.match(answer.text, /not valid JSON/);
      assert.doesNotMatch(answer.text, /canary/);
    }
  });

  it("names the field that has the wrong shape", async () => {
    await using scene = await openScene();
    for (const body of ["{}", "[]", '"x"', "null", '{"name":1}', '{"name":"n","rolle":"owner"}']) {
      const answer = await scene.ask("control", "POST", "/me/keys", { body });
      assert.equal(answer.code, "invalid_body", body);
    }
    assert.equal(scene.keys.list().length, 0);
  });

  it("H-10: a prototype in a body stays inert", async () => {
    await using scene = await openScene();
    const body = '{"name":"n","__proto__":{"role":"owner"},"constructor":{"prototype":{"x":1}}}';
    const answer = await scene.ask("control", "POST", "/me/keys", { body });
    assert.ok([201, 400].includes(answer.status), answer.text);
    assert.ok(!("x" in {}));
  });
});
