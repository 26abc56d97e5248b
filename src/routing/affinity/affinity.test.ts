import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Choosable, type OrderedBy, preferWarm } from "./prefer-warm.ts";
import { costOfMoving, PAID_ALREADY, type TokenPrices, turnCost } from "./turn-cost.ts";
import { type CacheUse, WarmPlaces } from "./warm-places.ts";

/** Claude Opus' list prices of 2026, in nano-dollars for a million tokens. */
const OPUS: TokenPrices = {
  input: 5_000_000_000n,
  output: 25_000_000_000n,
  cacheRead: 500_000_000n,
  cacheWrite: 6_250_000_000n,
};
const CHEAP: TokenPrices = { input: 100_000_000n, output: 400_000_000n };
const MINUTE = 60_000;
const USE: CacheUse = { read: 90_000, written: 10_000, isLong: false, output: 500 };

function candidate(place: string, prices: TokenPrices | undefined, family = "opus"): Choosable {
  return { place, name: place, family, prices };
}

describe("places with a warm cache", () => {
  it("are known for five minutes after each use, and for an hour where it was written for one", () => {
    const places = new WarmPlaces();
    places.note("c", "a", USE, 0);
    assert.deepEqual(places.find("c", 5 * MINUTE - 1)?.tokens, 100_000);
    assert.equal(places.find("c", 5 * MINUTE), undefined);
    places.note("c", "a", { ...USE, isLong: true }, 0);
    assert.equal(places.find("c", 60 * MINUTE - 1)?.place, "a");
    places.note("c", "a", USE, 30 * MINUTE);
    assert.equal(places.find("c", 89 * MINUTE)?.place, "a", "a read renews the hour");
    places.note("c", "b", USE, 30 * MINUTE);
    assert.equal(places.find("c", 36 * MINUTE), undefined, "another place has its own time");
  });

  it("are forgotten where an answer used no cache, and when there are too many", () => {
    const places = new WarmPlaces();
    places.note("c", "a", USE, 0);
    places.note("c", "b", { read: 0, written: 0, isLong: false, output: 9 }, 0);
    assert.equal(places.find("c", 1), undefined);
    for (let n = 0; n < 10_001; n += 1) places.note(`n${n}`, "a", USE, 0);
    assert.equal(places.find("n0", 1), undefined);
    assert.equal(places.find("n10000", 1)?.place, "a");
  });
});

describe("the price of moving", () => {
  it("is the cache written anew less the cache read, to the nano-dollar", () => {
    const turn = { warm: 180_000, fresh: 1_000, output: 400 };
    assert.equal(turnCost(OPUS, turn, true), 90_000_000n + 6_250_000n + 10_000_000n);
    assert.equal(costOfMoving(OPUS, OPUS, turn), 180_000n * 5_750n);
    assert.equal(costOfMoving(PAID_ALREADY, OPUS, turn), turnCost(OPUS, turn, false));
    assert.equal(costOfMoving(OPUS, PAID_ALREADY, turn), -turnCost(OPUS, turn, true));
  });
});

describe("a conversation with a warm cache", () => {
  const warm = { place: "b", tokens: 180_000, output: 400, isLong: false, untilMs: 1 };
  const rows: readonly [string, OrderedBy, Choosable, Choosable, "a" | "b", RegExp][] = [
    [
      "stays where only load is spread",
      "spread",
      candidate("a", OPUS),
      candidate("b", OPUS),
      "b",
      /stays at b.*, \$1\.0350 more for this turn$/,
    ],
    [
      "stays where no price is known",
      "spread",
      candidate("a", undefined),
      candidate("b", OPUS),
      "b",
      /stays at b, where 180,000 tokens are in the cache; a would be next$/,
    ],
    [
      "moves where that is cheaper all the same",
      "price",
      candidate("a", CHEAP),
      candidate("b", OPUS),
      "a",
      /180,000 tokens stay behind in the cache of b, \$.* less/,
    ],
    [
      "stays with a cheaper place as long as its cache costs more to leave",
      "price",
      candidate("a", { ...OPUS, output: 1n }),
      candidate("b", OPUS),
      "b",
      /stays at b/,
    ],
    [
      "goes back to the operator's first model",
      "operator",
      candidate("a", OPUS, "opus"),
      candidate("b", CHEAP, "gpt"),
      "a",
      /stay behind .* more/,
    ],
    [
      "stays with the same model elsewhere",
      "operator",
      candidate("a", OPUS),
      candidate("b", OPUS),
      "b",
      /stays at b/,
    ],
    [
      "goes back to the session, which costs nothing",
      "operator",
      candidate("a", PAID_ALREADY),
      candidate("b", OPUS),
      "a",
      /stay behind .* less/,
    ],
  ];
  for (const [name, by, first, second, expected, note] of rows) {
    it(name, () => {
      const preferred = preferWarm([first, second], warm, 1_000, by);
      assert.equal(preferred.candidates[0]?.place, expected);
      assert.match(preferred.note ?? "", note);
    });
  }

  it("makes no difference where its place is first, or none of them", () => {
    for (const place of ["a", "b"]) {
      const alone = preferWarm([candidate(place, OPUS)], warm, 0, "spread");
      assert.equal(alone.note, undefined);
      assert.equal(alone.kept, undefined);
    }
  });

  it("keeps every candidate, whatever the order", () => {
    const candidates = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"));
    const prices = fc.constantFrom(OPUS, CHEAP, PAID_ALREADY, undefined);
    fc.assert(
      fc.property(
        candidates,
        prices,
        fc.constantFrom<OrderedBy>("operator", "price", "spread"),
        (places, price, by) => {
          const list = places.map((place) => candidate(place, place === "b" ? OPUS : price));
          const { candidates: kept } = preferWarm(list, warm, 10, by);
          assert.deepEqual(new Set(kept), new Set(list));
          assert.equal(kept.length, list.length);
        },
      ),
    );
  });
});
