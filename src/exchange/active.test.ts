import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gatewayError } from "../base/errors.ts";
import { ActiveExchanges } from "./active.ts";

async function isPending(promise: Promise<void>): Promise<boolean> {
  const pending = Symbol("pending");
  const turn = Promise.withResolvers<symbol>();
  setImmediate(() => turn.resolve(pending));
  return (await Promise.race([promise, turn.promise])) === pending;
}

describe("ActiveExchanges", () => {
  it("is idle while nothing has begun", async () => {
    await new ActiveExchanges().whenIdle();
  });

  it("waits for every exchange, whether or not it calls an upstream", async () => {
    const active = new ActiveExchanges();
    const [one, two] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const ends = [active.during(one.promise), active.during(two.promise)];
    const call = { cut: () => {} };
    active.add(call);
    active.remove(call);
    const idle = active.whenIdle();
    one.resolve();
    assert.equal(await isPending(idle), true);
    two.resolve();
    await idle;
    await Promise.all(ends);
  });

  it("does not wait for an exchange that failed, and passes its failure on", async () => {
    const active = new ActiveExchanges();
    await assert.rejects(active.during(Promise.reject(new Error("bug"))), /bug/);
    await active.whenIdle();
  });

  it("cuts the calls under way, and those only", () => {
    const active = new ActiveExchanges();
    const cuts: string[] = [];
    const named = (name: string) => ({ cut: () => cuts.push(name) });
    const [one, two] = [named("one"), named("two")];
    active.add(one);
    active.add(two);
    active.remove(one);
    assert.equal(active.count, 1);
    active.cutAll(gatewayError("draining", ""));
    assert.deepEqual(cuts, ["two"]);
  });
});
