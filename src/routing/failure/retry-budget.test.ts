import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type BudgetedAttempt, RetryBudget } from "./retry-budget.ts";

describe("RetryBudget", () => {
  it("rel:U-10 allows three repetitions, and a fifth of what is under way", () => {
    for (const [active, allowed] of [
      [1, 3],
      [15, 3],
      [20, 4],
      [100, 20],
    ] as const) {
      const budget = new RetryBudget();
      const attempts = Array.from({ length: active }, () => budget.begin("a"));
      const permits = attempts.concat(attempts).map((attempt) => attempt.repeat());
      assert.equal(
        permits.filter((permit) => permit !== undefined).length,
        Math.min(allowed, active * 2),
      );
    }
  });

  it("keeps one upstream's failures from using up what all may repeat", () => {
    const budget = new RetryBudget();
    const others = Array.from({ length: 50 }, () => budget.begin("b"));
    const attempt = budget.begin("a");
    const permits = Array.from({ length: 10 }, () => attempt.repeat());
    assert.equal(permits.filter((permit) => permit !== undefined).length, 3);
    assert.notEqual(others[0]?.repeat(), undefined);
  });

  it("holds its bounds whatever begins, ends and fails", () => {
    const STEPS = fc.array(fc.tuple(fc.nat(3), fc.nat(2), fc.nat(50)), { maxLength: 200 });
    fc.assert(
      fc.property(STEPS, (steps) => {
        const budget = new RetryBudget();
        const open: { upstream: string; attempt: BudgetedAttempt }[] = [];
        const given: { upstream: string; giveBack: () => void }[] = [];
        for (const [kind, name, which] of steps) {
          const upstream = `u${name}`;
          const at = which % Math.max(1, kind === 3 ? given.length : open.length);
          if (kind === 0) open.push({ upstream, attempt: budget.begin(upstream) });
          else if (kind === 1) open.splice(at, 1)[0]?.attempt[Symbol.dispose]();
          else if (kind === 2) {
            const from = open[at];
            if (from === undefined) continue;
            const here = given.filter((each) => each.upstream === from.upstream).length;
            const active = open.filter((each) => each.upstream === from.upstream).length;
            const hasRoom =
              given.length < Math.max(3, Math.floor(open.length / 5)) &&
              here < Math.max(3, Math.floor(active / 5));
            const giveBack = from.attempt.repeat();
            assert.equal(giveBack !== undefined, hasRoom);
            if (giveBack !== undefined) given.push({ upstream: from.upstream, giveBack });
          } else given.splice(at, 1)[0]?.giveBack();
          assert.equal(budget.repeating, given.length);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("takes back a repetition once", () => {
    const budget = new RetryBudget();
    const permit = budget.begin("a").repeat();
    permit?.();
    permit?.();
    assert.equal(budget.repeating, 0);
  });
});
