import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { FairOrder, type Waiter } from "./fair-order.ts";

let turns = 0;

function waiter(principal: string, session: string, tokens: number): Waiter {
  turns += 1;
  return { principal, session, tokens, turn: turns };
}

/** Takes out everybody, in order. */
function drain(order: FairOrder<Waiter>, most = Infinity): readonly Waiter[] {
  const gone: Waiter[] = [];
  while (gone.length < most) {
    const next = order.next();
    if (next === undefined) break;
    assert.ok(order.remove(next));
    order.charge(next);
    gone.push(next);
  }
  return gone;
}

describe("FairOrder", () => {
  it("S3-33: lets principals take turns, whoever came first with how many", () => {
    const order = new FairOrder<Waiter>();
    for (let i = 0; i < 40; i += 1) order.add(waiter("crowd", "s", 100));
    order.add(waiter("single", "s", 100));
    order.add(waiter("single", "s", 100));
    const first = drain(order, 4).map(({ principal }) => principal);
    assert.deepEqual(first, ["crowd", "single", "crowd", "single"]);
  });

  it("lets a principal's sessions take turns within its share", () => {
    const order = new FairOrder<Waiter>();
    for (let i = 0; i < 6; i += 1) order.add(waiter("a", "fan-out", 100));
    order.add(waiter("a", "chat", 100));
    for (let i = 0; i < 3; i += 1) order.add(waiter("b", "only", 100));
    const gone = drain(order, 6).map(({ principal, session }) => `${principal}/${session}`);
    assert.deepEqual(gone, ["a/fan-out", "b/only", "a/chat", "b/only", "a/fan-out", "b/only"]);
  });

  it("gives a turn by what it costs: four small ones for a large one", () => {
    const order = new FairOrder<Waiter>();
    for (let i = 0; i < 3; i += 1) order.add(waiter("large", "s", 400));
    for (let i = 0; i < 12; i += 1) order.add(waiter("small", "s", 100));
    const gone = drain(order, 10).map(({ principal }) => principal);
    assert.deepEqual(
      gone.filter((name) => name === "small").length,
      8,
      `the order was ${gone.join(" ")}`,
    );
  });

  it("neither saves up turns nor charges for what somebody had alone", () => {
    const order = new FairOrder<Waiter>();
    for (let i = 0; i < 100; i += 1) order.charge({ principal: "busy", session: "s", tokens: 100 });
    for (let i = 0; i < 3; i += 1) order.add(waiter("busy", "s", 100));
    for (let i = 0; i < 3; i += 1) order.add(waiter("new", "s", 100));
    const gone = drain(order).map(({ principal }) => principal);
    assert.deepEqual(gone, ["new", "busy", "new", "busy", "new", "busy"]);
  });

  it("forgets who left, and keeps its count", () => {
    const order = new FairOrder<Waiter>();
    const leaving = waiter("a", "s", 1);
    order.add(leaving);
    order.add(waiter("a", "s", 1));
    assert.ok(order.remove(leaving));
    assert.equal(order.remove(leaving), false);
    assert.equal(order.length, 1);
    assert.equal(drain(order).length, 1);
    assert.equal(order.next(), undefined);
  });

  it("keeps two that always wait within a turn each of each other, in any mix of sizes", () => {
    const size = fc.integer({ min: 1, max: 1_000 });
    const sizes = fc.array(size, { minLength: 30, maxLength: 60 });
    fc.assert(
      fc.property(sizes, sizes, (ofA, ofB) => {
        const order = new FairOrder<Waiter>();
        for (const tokens of ofA) order.add(waiter("a", "s", tokens));
        for (const tokens of ofB) order.add(waiter("b", "s", tokens));
        const left = { a: ofA.length, b: ofB.length };
        const had = { a: 0, b: 0 };
        while (left.a > 0 && left.b > 0) {
          const [gone] = drain(order, 1);
          assert.ok(gone !== undefined);
          const name = gone.principal === "a" ? "a" : "b";
          left[name] -= 1;
          had[name] += gone.tokens;
          const bound = Math.max(...ofA) + Math.max(...ofB);
          assert.ok(Math.abs(had.a - had.b) <= bound, `${had.a} against ${had.b}`);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
