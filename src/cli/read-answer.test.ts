import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isObject } from "../base/json.ts";
import { refused } from "./control.fixture.ts";
import { readAnswer } from "./read-answer.ts";

describe("readAnswer", () => {
  it("gives what the endpoint answered, made or found", () => {
    for (const status of [200, 201]) {
      assert.deepEqual(readAnswer({ status, body: { a: 1 } }, isObject), {
        ok: true,
        value: { a: 1 },
      });
    }
  });

  it("says a refusal in its own words, with the exit code for its kind", () => {
    for (const [status, code] of [
      [400, 2],
      [404, 3],
      [409, 1],
      [503, 1],
    ] as const) {
      const read = readAnswer(refused(status, "That is not so", "some_code"), isObject);
      assert.deepEqual(read, { ok: false, error: { code, message: "That is not so." } });
    }
  });

  it("lets nothing of an answer steer the terminal", () => {
    const read = readAnswer(refused(400, "a\u001b[2Jb", "some_code"), isObject);
    assert.ok(!read.ok && !read.error.message.includes("\u001b"));
  });

  it("names the status where nothing else is said, and another version where the shape is unknown", () => {
    const silent = readAnswer({ status: 502, body: undefined }, isObject);
    assert.deepEqual(silent, {
      ok: false,
      error: { code: 1, message: "The server answered 502." },
    });
    const strange = readAnswer({ status: 200, body: 7 }, isObject);
    assert.ok(!strange.ok);
    assert.match(strange.error.message, /runs another version/);
  });
});
