import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { drawKeys, type PooledKey } from "./key-pool.ts";

function key(label: string, weight = 1, principals: readonly string[] = []): PooledKey {
  return { label, secret: undefined, weight, for: principals };
}

const labels = (pool: readonly PooledKey[], principal: string, chance: number) =>
  drawKeys(pool, principal, chance)
    .map(({ label }) => label)
    .join(" ");

describe("drawKeys", () => {
  it("S4-69 draws by weight, the others after it by theirs", () => {
    const pool = [key("a", 1), key("b", 3)];
    assert.equal(labels(pool, "dev", 0), "a b");
    assert.equal(labels(pool, "dev", 0.26), "b a");
    assert.equal(labels(pool, "dev", 0.99), "b a");
  });

  it("S3-60 keeps a developer to their own keys, and the others off them", () => {
    const pool = [key("shared"), key("ashas", 1, ["asha"]), key("both", 1, ["asha", "ben"])];
    for (const chance of [0, 0.5, 0.9]) {
      assert.equal(labels(pool, "carl", chance), "shared");
      assert.equal(labels(pool, "ben", chance), "both");
    }
    assert.deepEqual(new Set(labels(pool, "asha", 0).split(" ")), new Set(["ashas", "both"]));
  });

  it("has nobody pay where all keys are somebody else's", () => {
    assert.equal(labels([key("ashas", 1, ["asha"])], "ben", 0), "");
    assert.equal(labels([], "ben", 0), "");
  });

  it("gives every key that may pay once, whatever the chance", () => {
    const keys = fc.array(
      fc.record({
        label: fc.string(),
        secret: fc.constant(undefined),
        weight: fc.double({ min: 0, max: 1e6, noNaN: true }),
        for: fc.subarray(["asha", "ben"]),
      }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(keys, fc.double({ min: 0, max: 0.999_999, noNaN: true }), (pool, chance) => {
        const drawn = drawKeys(pool, "asha", chance);
        const own = pool.filter((each) => each.for.includes("asha"));
        const open = pool.filter((each) => each.for.length === 0);
        assert.deepEqual(new Set(drawn), new Set(own.length > 0 ? own : open));
        assert.equal(drawn.length, (own.length > 0 ? own : open).length);
      }),
    );
  });
});
