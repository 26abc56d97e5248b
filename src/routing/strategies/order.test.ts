import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { STRATEGIES, type Stage, type Strategy, type Target } from "../target.ts";
import { order, type StrategyView } from "./order.ts";

const VIEW: StrategyView = {
  random: () => 0,
  priceOf: () => undefined,
  latencyMsOf: () => undefined,
  turnOf: () => 0,
};

function namesIn(
  strategy: Strategy,
  targets: readonly Target[],
  view: Partial<StrategyView> = {},
): string {
  const placed = order({ name: "m", strategy, targets }, { ...VIEW, ...view });
  return placed.map(({ target }) => target.model).join(" ");
}

const target = (model: string, weight?: number): Target => ({ model, weight });
const ABC = [target("a"), target("b"), target("c")];

/** From the model's name. */
const of =
  <T>(values: Readonly<Record<string, T>>) =>
  ({ model }: Target): T | undefined =>
    values[model];

describe("order", () => {
  it("X-T2 priority keeps the operator's order", () => {
    assert.equal(namesIn("priority", ABC), "a b c");
  });

  it("X-F4 weighted draws one by its share of all, and the others follow by theirs", () => {
    const targets = [target("a", 1), target("b", 6), target("c", 3)];
    const at = (random: number) => namesIn("weighted", targets, { random: () => random });
    assert.equal(at(0), "a b c");
    assert.equal(at(0.099), "a b c");
    assert.equal(at(0.101), "b c a");
    assert.equal(at(0.699), "b c a");
    assert.equal(at(0.701), "c b a");
    assert.equal(at(0.999_999), "c b a");
  });

  it("X-F4 weights may add up to anything, and one without a weight counts one", () => {
    const drawn = new Map<string, number>();
    for (let i = 0; i < 1_000; i += 1) {
      const random = () => (i + 0.5) / 1_000;
      const [first = ""] = namesIn("weighted", [target("a", 0.5), target("b")], { random }).split(
        " ",
      );
      drawn.set(first, (drawn.get(first) ?? 0) + 1);
    }
    assert.deepEqual(Object.fromEntries(drawn), { a: 333, b: 667 });
  });

  it("X-F4 a weight of nothing is never drawn, and still there for the others' failures", () => {
    for (const random of [0, 0.5, 0.999]) {
      const targets = [target("spare", 0), target("a", 2)];
      assert.equal(namesIn("weighted", targets, { random: () => random }), "a spare");
    }
  });

  it("S3-50 price takes the cheapest first, and what has no known price last", () => {
    const priceOf = of({ a: 30n, c: 20n });
    assert.equal(namesIn("price", ABC, { priceOf }), "c a b");
    assert.equal(namesIn("price", ABC, { priceOf: () => 1n }), "a b c");
  });

  it("latency takes the faster of two that are drawn, the others by their times", () => {
    const latencyMsOf = of({ a: 300, b: 200, c: 100 });
    const drawing = (...values: number[]) => {
      const random = () => values.shift() ?? 0;
      return namesIn("latency", ABC, { latencyMsOf, random });
    };
    assert.equal(drawing(0, 0), "b c a");
    assert.equal(drawing(0.4, 0.9), "c b a");
    assert.equal(drawing(0, 0.9), "c b a");
  });

  it("latency tries what was never measured", () => {
    const latencyMsOf = of({ a: 1, c: 2 });
    assert.equal(namesIn("latency", ABC, { latencyMsOf }), "b a c");
  });

  it("round robin begins one further each time", () => {
    const at = (turn: number) => namesIn("round_robin", ABC, { turnOf: () => turn });
    assert.deepEqual([at(0), at(1), at(2), at(3)], ["a b c", "b c a", "c a b", "a b c"]);
  });

  it("gives every target once, whatever the strategy, and the same for the same chances", () => {
    const stages = fc.record({
      name: fc.string(),
      strategy: fc.constantFrom(...STRATEGIES),
      targets: fc.array(
        fc.record({
          model: fc.string({ maxLength: 3 }),
          weight: fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined }),
        }),
        { minLength: 1, maxLength: 8 },
      ),
    });
    fc.assert(
      fc.property(
        stages,
        fc.array(fc.double({ min: 0, max: 0.999_999, noNaN: true }), { minLength: 2 }),
        fc.nat(1_000),
        (stage: Stage, chances, turn) => {
          const at = (): readonly Target[] => {
            let drawn = 0;
            const view: StrategyView = {
              random: () => chances[drawn++ % chances.length] ?? 0,
              priceOf: ({ weight }) =>
                weight === undefined ? undefined : BigInt(Math.floor(weight)),
              latencyMsOf: ({ weight }) => weight,
              turnOf: () => turn,
            };
            return order(stage, view).map((each) => each.target);
          };
          const first = at();
          assert.equal(first.length, stage.targets.length);
          assert.deepEqual(new Set(first), new Set(stage.targets));
          assert.deepEqual(at(), first);
        },
      ),
    );
  });
});
