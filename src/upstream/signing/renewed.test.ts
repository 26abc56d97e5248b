import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gatewayError } from "../../base/errors.ts";
import { fail, ok } from "../../base/result.ts";
import { type Lent, Renewed } from "./renewed.ts";

const MINUTE = 60_000;
const FAILED = gatewayError("cloud_credentials_unavailable", "nobody is there");

/** A lender that the test plays: it counts who asks, and answers when it is told to. */
class Lender {
  now = 0;
  asked = 0;
  #answer: PromiseWithResolvers<Lent<string> | undefined> = Promise.withResolvers();

  open(): Renewed<string> {
    return new Renewed({
      now: () => this.now,
      obtain: async () => {
        this.asked += 1;
        const lent = await this.#answer.promise;
        return lent === undefined ? fail(FAILED) : ok(lent);
      },
    });
  }

  lend(lent: Lent<string> | undefined): void {
    const answer = this.#answer;
    this.#answer = Promise.withResolvers();
    answer.resolve(lent);
  }
}

describe("Renewed", () => {
  it("fetches once for all who wait", async () => {
    const lender = new Lender();
    const renewed = lender.open();
    const waiting = [renewed.get(), renewed.get(), renewed.get()];
    lender.lend({ value: "a", expiresAtMs: 60 * MINUTE });
    assert.deepEqual(await Promise.all(waiting), [ok("a"), ok("a"), ok("a")]);
    assert.equal(lender.asked, 1);
  });

  it("fetches anew ahead of the end, and nobody waits for that", async () => {
    const lender = new Lender();
    const renewed = lender.open();
    const first = renewed.get();
    lender.lend({ value: "a", expiresAtMs: 60 * MINUTE });
    await first;
    lender.now = 54 * MINUTE;
    assert.deepEqual(await renewed.get(), ok("a"));
    assert.equal(lender.asked, 1);
    lender.now = 56 * MINUTE;
    assert.deepEqual(await renewed.get(), ok("a"));
    assert.deepEqual(await renewed.get(), ok("a"));
    assert.equal(lender.asked, 2);
    lender.lend({ value: "b", expiresAtMs: 120 * MINUTE });
    await new Promise(setImmediate);
    assert.deepEqual(await renewed.get(), ok("b"));
    assert.equal(lender.asked, 2);
  });

  it("waits once it is over", async () => {
    const lender = new Lender();
    const renewed = lender.open();
    const first = renewed.get();
    lender.lend({ value: "a", expiresAtMs: MINUTE });
    await first;
    lender.now = MINUTE;
    const second = renewed.get();
    lender.lend({ value: "b", expiresAtMs: undefined });
    assert.deepEqual(await second, ok("b"));
    lender.now = Number.MAX_SAFE_INTEGER;
    assert.deepEqual(await renewed.get(), ok("b"));
    assert.equal(lender.asked, 2);
  });

  it("keeps what is still good when it cannot be fetched anew, and asks again later", async () => {
    const lender = new Lender();
    const renewed = lender.open();
    const first = renewed.get();
    lender.lend({ value: "a", expiresAtMs: 10 * MINUTE });
    await first;
    lender.now = 6 * MINUTE;
    assert.deepEqual(await renewed.get(), ok("a"));
    lender.lend(undefined);
    await new Promise(setImmediate);
    assert.deepEqual(await renewed.get(), ok("a"));
    assert.equal(lender.asked, 2);
    lender.now += 2_000;
    assert.deepEqual(await renewed.get(), ok("a"));
    assert.equal(lender.asked, 3);
  });

  it("tells a failure to all who wait, and does not ask again at once", async () => {
    const lender = new Lender();
    const renewed = lender.open();
    const waiting = [renewed.get(), renewed.get()];
    lender.lend(undefined);
    assert.deepEqual(await Promise.all(waiting), [fail(FAILED), fail(FAILED)]);
    assert.deepEqual(await renewed.get(), fail(FAILED));
    assert.equal(lender.asked, 1);
    lender.now += 2_000;
    const later = renewed.get();
    lender.lend({ value: "a", expiresAtMs: undefined });
    assert.deepEqual(await later, ok("a"));
  });

  it("fetches anew what was refused, once for all who were refused with it", async () => {
    let fetched = 0;
    const renewed = new Renewed({
      now: () => 0,
      obtain: async () => ok({ value: `token ${++fetched}`, expiresAtMs: 3_600_000 }),
    });
    const first = await renewed.get();
    assert.ok(first.ok);
    renewed.forget(first.value);
    const again = await Promise.all([renewed.get(), renewed.get()]);
    renewed.forget(first.value);
    assert.deepEqual([...again, await renewed.get()], Array(3).fill(ok("token 2")));
  });
});
