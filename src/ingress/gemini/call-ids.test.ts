import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CallIds } from "./call-ids.ts";

describe("CallIds", () => {
  it("keeps the ids that the client has", () => {
    const ids = new CallIds();
    assert.equal(ids.call("a", "f"), "a");
    assert.equal(ids.call("b", "f"), "b");
    assert.equal(ids.answer("b", "f"), "b");
    assert.equal(ids.answer("a", "f"), "a");
  });

  it("makes the same ids for the same conversation, and other ones for its other calls", () => {
    const [first, second] = [new CallIds(), new CallIds()];
    const made = ["f", "f", "g"].map((name) => first.call(undefined, name));
    assert.deepEqual(
      ["f", "f", "g"].map((name) => second.call(undefined, name)),
      made,
    );
    assert.equal(new Set(made).size, 3);
    for (const id of made) assert.match(id, /^[\w-]{1,40}$/);
  });

  it("pairs results without ids by name, in the calls' order", () => {
    const ids = new CallIds();
    const [f, g, again] = ["f", "g", "f"].map((name) => ids.call(undefined, name));
    assert.equal(ids.answer(undefined, "g"), g);
    assert.equal(ids.answer(undefined, "f"), f);
    assert.equal(ids.answer(undefined, "f"), again);
  });

  it("pairs a result with an id that its call was told without", () => {
    const ids = new CallIds();
    const id = ids.call(undefined, "f");
    assert.equal(ids.answer("late", "f"), id);
  });

  it("tells calls apart whose ids are told again in a later turn", () => {
    const ids = new CallIds();
    assert.equal(ids.call("call_0", "f"), "call_0");
    assert.equal(ids.answer("call_0", "f"), "call_0");
    ids.beginTurn();
    const second = ids.call("call_0", "f");
    assert.notEqual(second, "call_0");
    assert.equal(ids.answer("call_0", "f"), second);
  });

  it("does not take a call of an earlier turn for the one that is answered", () => {
    const ids = new CallIds();
    const lost = ids.call(undefined, "f");
    ids.beginTurn();
    const call = ids.call(undefined, "f");
    assert.equal(ids.answer(undefined, "f"), call);
    assert.notEqual(ids.answer(undefined, "f"), lost);
  });

  it("gives a result without a call an id of its own", () => {
    const ids = new CallIds();
    assert.equal(ids.answer("told", "f"), "told");
    assert.match(ids.answer(undefined, "f"), /^call_/);
  });
});
