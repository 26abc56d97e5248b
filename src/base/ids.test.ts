import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { IdSource } from "./ids.ts";

const SHAPE = /^spx_[0-9abcdefghjkmnpqrstvwxyz]{26}$/;

describe("IdSource", () => {
  it("makes a prefix and 26 digits of Crockford's base 32", () => {
    const ids = new IdSource("spx_", () => 1_795_000_000_000);
    for (let count = 0; count < 100; count += 1) assert.match(ids.next(), SHAPE);
  });

  it("encodes the time in the first ten digits", () => {
    const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    for (const epochMs of [0, 1, 1_795_000_000_123, 2 ** 40, 2 ** 48 - 1]) {
      const time = new IdSource("", () => epochMs).next().slice(0, 10);
      const decoded = Array.from(time).reduce(
        (sum, digit) => sum * 32 + alphabet.indexOf(digit),
        0,
      );
      assert.equal(decoded, epochMs);
    }
  });

  it("increases strictly while the clock stands, steps back and runs on", () => {
    let nowMs = 1_795_000_000_000;
    const steps = [0, 0, 0, -5, 0, 1, 10_000, -20_000, 0, 3];
    const ids = new IdSource("spx_", () => nowMs);
    let last = ids.next();
    for (let count = 0; count < 20_000; count += 1) {
      nowMs += steps[count % steps.length] ?? 0;
      const next = ids.next();
      assert.ok(next > last, `${next} after ${last}`);
      last = next;
    }
  });

  it("does not repeat between sources of the same millisecond", () => {
    const seen = new Set<string>();
    for (let count = 0; count < 1_000; count += 1) {
      seen.add(new IdSource("spx_", () => 1_795_000_000_000).next());
    }
    assert.equal(seen.size, 1_000);
  });

  it("draws new randomness for every millisecond, beyond one pool of it", () => {
    let nowMs = 0;
    const ids = new IdSource("", () => nowMs);
    const tails = new Set<string>();
    for (nowMs = 1; nowMs <= 1_000; nowMs += 1) tails.add(ids.next().slice(10));
    assert.equal(tails.size, 1_000);
  });
});
